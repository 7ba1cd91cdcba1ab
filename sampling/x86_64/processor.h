/* SPDX-License-Identifier: MIT */
/* processor: what programs can ask of the processor only in its own words.
 *
 * Called from   anywhere.
 */
#ifndef CONTEND_PROCESSOR_H
#define CONTEND_PROCESSOR_H

#include <stdint.h>

/* Bits of an address that a program can have, and lowest bits that two locks never differ in alone. */
enum { PROCESSOR_ADDRESS_BITS = 47, PROCESSOR_LOCK_ALIGN_BITS = 0 };

/* Pages are no larger, whatever the kernel was built for. */
enum { PROCESSOR_PAGE_BYTES_MOST = 4096 };

/* In a loop that waits for another processor. */
static inline void processor_pause(void)
{
	__builtin_ia32_pause();
}

/* The floating point flags; those in RAISED conversions of numbers may raise. */
#define PROCESSOR_FLOAT_RAISED UINT32_C(0x3f)

static inline uint32_t processor_float_flags(void)
{
	return __builtin_ia32_stmxcsr();
}

static inline void processor_set_float_flags(uint32_t flags)
{
	__builtin_ia32_ldmxcsr(flags);
}

/* Stores, and loads, before it come before those after it, for all others. This processor keeps to their order: only the compiler
 * must be told. */
static inline void processor_order_stores(void)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

static inline void processor_order_loads(void)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

#endif
