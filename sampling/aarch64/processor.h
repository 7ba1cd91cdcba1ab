/* SPDX-License-Identifier: MIT */
/* processor: what programs can ask of the processor only in its own words.
 *
 * Called from   anywhere.
 */
#ifndef CONTEND_PROCESSOR_H
#define CONTEND_PROCESSOR_H

#include <stdint.h>

/* Bits of an address that a program can have (52 only if it asks for them), and lowest bits that two locks never differ in alone:
 * none is smaller than four bytes. */
enum { PROCESSOR_ADDRESS_BITS = 48, PROCESSOR_LOCK_ALIGN_BITS = 1 };

/* Pages are no larger, whatever the kernel was built for. */
enum { PROCESSOR_PAGE_BYTES_MOST = 65536 };

/* In a loop that waits for another processor. What is called yield takes no time on most processors; this takes some tens of ns. */
static inline void processor_pause(void)
{
	__asm__ volatile("isb" ::: "memory");
}

/* The floating point flags; those in RAISED conversions of numbers may raise. */
#define PROCESSOR_FLOAT_RAISED UINT32_C(0x9f)

static inline uint32_t processor_float_flags(void)
{
	uint64_t flags;

	__asm__ volatile("mrs %0, fpsr" : "=r"(flags));
	return (uint32_t)flags;
}

static inline void processor_set_float_flags(uint32_t flags)
{
	__asm__ volatile("msr fpsr, %0" ::"r"((uint64_t)flags));
}

/* Stores, and loads, before it come before those after it, for all others. */
static inline void processor_order_stores(void)
{
	__asm__ volatile("dmb ishst" ::: "memory");
}

static inline void processor_order_loads(void)
{
	__asm__ volatile("dmb ishld" ::: "memory");
}

#endif
