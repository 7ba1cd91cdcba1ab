/* SPDX-License-Identifier: MIT */
/* frame: one stack frame in one word, the form in which stacks are stored and compared.
 *
 * The upper 16 bits say which object of the module table the code belongs to, the lower 48 hold the address:
 * the return address - 1 (the call), the interrupted instruction, or for the leaf the entry of the function
 * that waited. So a stack outlives the dlclose of its code, and code that is loaded later at the same address
 * is told apart.
 */
#ifndef CONTEND_FRAME_H
#define CONTEND_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#define FRAME_ADDRESS_BITS 48
#define FRAME_ADDRESS_MASK ((UINT64_C(1) << FRAME_ADDRESS_BITS) - 1)

/* Module numbers that are no index of the module table. */
#define FRAME_MODULE_UNKNOWN 0x0000 /* code in no object that we know */
#define FRAME_MODULE_PSEUDO  0xffff /* no code at all: the address is an enum frame_pseudo */

enum frame_pseudo {
	FRAME_TRUNCATED, /* the root of a stack that was cut */
	FRAME_OVERFLOW,  /* the only frame of what a full sample table could not hold */
	FRAME_WAITER,    /* what follows is no part of this stack: the first frames of who waited for what it ends */
	FRAME_HELD,      /* a leaf: what follows has not released its lock yet, and waits itself */
	FRAME_BLOCKED,   /* what follows is the stack of a thread that the stack before it has kept waiting */
	FRAME_UNSEEN,    /* instead of such a thread's stack: nobody knows it */
};

static inline uint64_t frame_make(uint32_t module, uint64_t address)
{
	return (uint64_t)module << FRAME_ADDRESS_BITS | (address & FRAME_ADDRESS_MASK);
}

static inline uint32_t frame_module(uint64_t frame)
{
	return frame >> FRAME_ADDRESS_BITS;
}

static inline uint64_t frame_address(uint64_t frame)
{
	return frame & FRAME_ADDRESS_MASK;
}

static inline bool frame_is_pseudo(uint64_t frame, enum frame_pseudo which)
{
	return frame == frame_make(FRAME_MODULE_PSEUDO, which);
}

/* Where the first such frame from `begin` on is; end: nowhere before that. */
static inline uint32_t frame_find_pseudo(const uint64_t *frames, uint32_t begin, uint32_t end, enum frame_pseudo which)
{
	while (begin < end && !frame_is_pseudo(frames[begin], which))
		begin++;
	return begin;
}

#endif
