/* SPDX-License-Identifier: MIT */
/* stack: who called, as words that can be stored and compared.
 *
 * Called from   application threads, guard held, signal handlers included; no allocation, lock, loader call.
 * Reads         only the stack that it walks: inside the thread's known limits, or after asking the kernel whether
 *               the page is readable where the limits are not known (alternate signal stacks, coroutines).
 * Ends          at the outermost frame; or cut, with FRAME_TRUNCATED as root, at the depth limit; or where there is no
 *               rule, the memory is unreadable or frames do not climb (each a named loss).
 */
#ifndef CONTEND_STACK_H
#define CONTEND_STACK_H

#include <stdbool.h>
#include <stdint.h>

#include "stack_origin.h"

/* The memory of the walked thread's stack; high_address 0: not known. */
struct stack_limits {
	uint64_t low_address;
	uint64_t high_address;
};

/* What a walk has read, in its order. The room is its owner's. */
struct stack_log {
	uint64_t *words;
	uint16_t *offsets; /* in words, from low */
	uint64_t low;
	uint16_t limit; /* words that there is room for */
	uint16_t count;
	bool is_whole; /* the walk depended on nothing else that may change, but for what it began with */
	bool is_deep;  /* it ended at the limit of depth */
	bool used_bp;  /* the origin's */
};

/* Finds out which code is ours, so that our frames are left out (by address, never by count), and where coroutines
 * begin. Once, at start-up. */
void stack_init(void);

/* Writes at most `limit` frames (limit >= 2), leaf first, and returns how many.
 * leaf_address: entry of the function that the application called; it becomes the first frame. out_log: what was read; NULL: nobody asks. */
unsigned stack_capture(struct stack_origin origin, struct stack_limits limits, uint64_t leaf_address,
		       uint64_t *out_frames, unsigned limit, struct stack_log *out_log);

/* The same for another thread of this process, whose wrapper's frame is `mark` (stack_origin.h), called by a thread that has 64 KiB of stack.
 * Its stack may change or go away meanwhile: what was read is its only if it still waits there afterwards. 0: it cannot be read. */
unsigned stack_capture_other(uint64_t mark, uint64_t leaf_address, uint64_t *out_frames, unsigned limit);

#endif
