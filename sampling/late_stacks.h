/* SPDX-License-Identifier: MIT */
/* late_stacks: the stacks of waits in progress that took none beforehand, so that reports can show them (shown.h).
 *
 * Called from   the thread that makes reports, or the helper when a report is about to be made. One at a time. Needs 64 KiB of stack.
 * Reads         other threads' stacks, through the kernel: they may go away at any moment.
 * Writes        what it found into the waits. Types of descriptors, too, of waits that no report has shown without.
 */
#ifndef CONTEND_LATE_STACKS_H
#define CONTEND_LATE_STACKS_H

#include "thread.h"

void late_stacks_take(void);

/* Of one wait, however long it lasts and whether a report would show it. */
void late_stacks_take_of(struct thread *record, uint32_t index);

#endif
