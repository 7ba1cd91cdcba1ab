/* SPDX-License-Identifier: MIT */
/* thread_look: what one thread's record says, whole, while its owner goes on.
 *
 * Called from   the tool, and who makes a report in the process itself.
 * Reading       the file of the region, by its descriptor, also when its process has removed it; or the process's own memory. Nobody
 *               is stopped: the sequence of the waits (thread.h) is read before and after.
 * Trust         none: where the records lie follows from the region's size; what they say is checked by who uses it.
 */
#ifndef CONTEND_THREAD_LOOK_H
#define CONTEND_THREAD_LOOK_H

#include "region_file.h"

/* How many records there may be something in. */
uint32_t thread_look_count(const struct region_file *file);

/* Record number `index`, without its frames. False: nobody's. What out->waits has below out->wait_depth was true at one instant;
 * of a thread whose waits begin faster than they can be read, wait_depth is 0. */
bool thread_look_at(const struct region_file *file, uint32_t index, struct thread *out);

/* The stack of a wait, if it was taken beforehand: at most `limit` frames as in frame.h, leaf first. How many; 0: none. */
unsigned thread_look_read_stack(const struct region_file *file, const struct thread_wait *wait, uint64_t *out_frames,
				unsigned limit);

#endif
