/* SPDX-License-Identifier: MIT */
/* stack_origin: where a walk begins, and the frames of wrappers, from which it is known.
 *
 * Mark          a wrapper's frame as a word: its address, and what else it takes to know where the caller's frame ends.
 *
 * Called from   anywhere. The frame must still exist.
 */
#ifndef CONTEND_STACK_ORIGIN_H
#define CONTEND_STACK_ORIGIN_H

#include <stdint.h>

/* Where a walk begins: the state just after the wrapper's return. */
struct stack_origin {
	uint64_t pc; /* return address */
	uint64_t sp;
	uint64_t bp;
};

/* The frame of the function that this stands in. */
#define STACK_MARK() __builtin_frame_address(0)

/* Of a mark: where a return address and a frame pointer lie. Frames of functions called later have lower ones. */
static inline uint64_t stack_mark_address(uint64_t mark)
{
	return mark;
}

/* words: the two that lie there. */
static inline struct stack_origin stack_origin_from(uint64_t mark, const uint64_t words[2])
{
	return (struct stack_origin){.pc = words[1], .sp = mark + 2 * sizeof(*words), .bp = words[0]};
}

static inline struct stack_origin stack_origin_of(const void *mark)
{
	return stack_origin_from((uint64_t)mark, mark);
}

#endif
