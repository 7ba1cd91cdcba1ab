/* SPDX-License-Identifier: MIT */
/* process_walk: who called whom in another process, by the same rules as in the own one (frame_rule.h).
 *
 * Called from   the tool; the library does not have it.
 * Reads         the memory of the process while it runs: where a thread goes on meanwhile, the walk ends early.
 * Trust         none: rules are asked of copies of its objects' tables (frame_oracle.h), in bounded time; a stack that climbs for ever
 *               ends at the limit.
 * Memory        private heap: one word for each address met.
 */
#ifndef CONTEND_PROCESS_WALK_H
#define CONTEND_PROCESS_WALK_H

#include "process_objects.h"
#include "stack.h"

struct process_walk;

/* NULL: no memory. Both must outlive the walk. */
struct process_walk *process_walk_new(struct process_objects *objects, struct process_memory *memory);

/* process_walk_free(NULL) does nothing. */
void process_walk_free(struct process_walk *walk);

/* The callers from `origin` on, as frames (frame.h) of process_objects, the profiler's own left out: how many, at most `limit`.
 * *out_is_cut: there are more, or code that no rule is known for. */
unsigned process_walk_from(struct process_walk *walk, struct stack_origin origin, uint64_t *out_frames, unsigned limit,
			   bool *out_is_cut);

#endif
