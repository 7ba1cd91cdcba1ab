/* SPDX-License-Identifier: MIT */
/* stack_origin: where a walk begins, and the frames of wrappers, from which it is known.
 *
 * Mark          a wrapper's frame as a word: its address, and what else it takes to know where the caller's frame ends. The address
 *               of a frame, at which the caller's frame pointer and the return address lie, may be anywhere in it: in the upper 16
 *               bits is how far it is from there to the stack pointer before the call, in units of 16 bytes.
 *
 * Called from   anywhere. The frame must still exist.
 */
#ifndef CONTEND_STACK_ORIGIN_H
#define CONTEND_STACK_ORIGIN_H

#include <stdint.h>

enum { STACK_MARK_ADDRESS_BITS = 48, STACK_ALIGN_BITS = 4 };

/* Where a walk begins: the state just after the wrapper's return. */
struct stack_origin {
	uint64_t pc; /* return address */
	uint64_t sp;
	uint64_t bp; /* x29 */
};

/* Return addresses on the stack may be signed: what signs them lies above the bits of an address. */
static inline uint64_t stack_strip_address(uint64_t pc)
{
	return pc & ((UINT64_C(1) << STACK_MARK_ADDRESS_BITS) - 1);
}

static inline const void *stack_mark_make(const char *frame, const char *end)
{
	uint64_t bytes = (uint64_t)(end - frame);

	return (const void *)((uint64_t)frame | bytes << (STACK_MARK_ADDRESS_BITS - STACK_ALIGN_BITS));
}

/* The frame of the function that this stands in. clang keeps the two words at the upper end of frames, gcc does not. */
#ifdef __clang__
#define STACK_MARK() stack_mark_make(__builtin_frame_address(0), (const char *)__builtin_frame_address(0) + 16)
#else
#define STACK_MARK() stack_mark_make(__builtin_frame_address(0), __builtin_dwarf_cfa())
#endif

/* Of a mark: where a return address and a frame pointer lie. Frames of functions called later have lower ones. */
static inline uint64_t stack_mark_address(uint64_t mark)
{
	return mark & ((UINT64_C(1) << STACK_MARK_ADDRESS_BITS) - 1);
}

/* words: the two that lie there. */
static inline struct stack_origin stack_origin_from(uint64_t mark, const uint64_t words[2])
{
	uint64_t bytes = mark >> STACK_MARK_ADDRESS_BITS << STACK_ALIGN_BITS;

	return (struct stack_origin){
		.pc = stack_strip_address(words[1]), .sp = stack_mark_address(mark) + bytes, .bp = words[0]};
}

static inline struct stack_origin stack_origin_of(const void *mark)
{
	return stack_origin_from((uint64_t)mark, (const uint64_t *)stack_mark_address((uint64_t)mark));
}

#endif
