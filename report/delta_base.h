/* SPDX-License-Identifier: MIT */
/* delta_base: what a region held when it was last dumped with --delta, kept for the next time.
 *
 * Called from   the tool; the library does not have it.
 * Files         <region_dir>/contend-<uid>.delta/, 0700: a copy of the region as it was, under a name made of its process, 0600. So
 *               they live as long as regions do, till the next boot; a copy goes when its process's region is gone and
 *               any process is listed or dumped.
 * Concurrency   whoever has the directory open has it alone.
 */
#ifndef CONTEND_DELTA_BASE_H
#define CONTEND_DELTA_BASE_H

#include "tool_look.h"

/* A descriptor, or -errno; -EPERM: it is open to others than its user, or not the user's own. */
int delta_base_open(const char *region_dir);

/* What was kept of the process that `look` is at: 0; -ENOENT: nothing. */
int delta_base_read(int directory, const struct tool_look *look, struct tool_look *out_base);

/* Keeps what `look` has seen. 0 or -errno, and then what was kept before is still there. */
int delta_base_write(int directory, const struct tool_look *look);

/* Removes what was kept of processes that have no region any more, if nobody has the directory just then. */
void delta_base_tidy(const char *region_dir);

#endif
