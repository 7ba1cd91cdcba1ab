/* SPDX-License-Identifier: MIT */
/* address_hash: where the tables that are keyed by an object's address begin to look. */
#ifndef CONTEND_ADDRESS_HASH_H
#define CONTEND_ADDRESS_HASH_H

#include <stdint.h>

/* The upper `bits` of a multiplicative (Fibonacci) hash: locks lie at multiples of 8, often 40 or 64 bytes apart. 32 bits,
 * because every unlock does it. */
static inline uint32_t address_hash(const void *address, unsigned bits)
{
	return ((uint32_t)(uintptr_t)address * UINT32_C(0x9e3779b1)) >> (32 - bits);
}

#endif
