/* SPDX-License-Identifier: MIT */
/* waits_ready: a process that runs adds to its region what reports cannot see from outside: the stacks of its waits in progress, and the
 * types of the descriptors that they are for.
 *
 * Called from   the tool; the library does not have it.
 * Disturbs      the helper thread only, which works for some microseconds a wait; and it only where something is missing.
 */
#ifndef CONTEND_WAITS_READY_H
#define CONTEND_WAITS_READY_H

#include "region_file.h"

/* `file` is of a process that lives. If something is missing, the process is asked for it; if it answers in time, the region is read once
 * more. What it does not add, reports leave out and say so. */
void waits_ready(struct region_file *file);

#endif
