/* SPDX-License-Identifier: MIT */
#include "random.h"

/* Two odd constants with as many ones as zeros, from wyhash. */
#define WYRAND_STEP  UINT64_C(0xa0761d6478bd642f)
#define WYRAND_TWIST UINT64_C(0xe7037ed1a0b428db)

/* 2^64 / golden ratio: the step of splitmix64. */
#define SPLITMIX_STEP UINT64_C(0x9e3779b97f4a7c15)

static uint64_t splitmix(uint64_t value)
{
	value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
	return value ^ value >> 31;
}

/* All generators walk one cycle of 2^64 states; where each begins is scattered, so that neighbouring seeds and streams
 * lie far apart on it. */
void random_seed(struct random *random, uint64_t seed, uint64_t stream)
{
	random->state = splitmix(splitmix(seed + SPLITMIX_STEP) + (stream + 1) * SPLITMIX_STEP);
}

uint64_t random_bits(struct random *random)
{
	random->state += WYRAND_STEP;
	unsigned __int128 product = (unsigned __int128)random->state * (random->state ^ WYRAND_TWIST);

	return (uint64_t)(product >> 64) ^ (uint64_t)product;
}

/* The upper half of bits * limit is the answer. 2^64 mod limit of the lower halves are too many for a uniform one;
 * drawing again when one of these comes up makes all answers equally likely. */
uint64_t random_below(struct random *random, uint64_t limit)
{
	unsigned __int128 product = (unsigned __int128)random_bits(random) * limit;

	if ((uint64_t)product < limit) {
		uint64_t surplus = -limit % limit;

		while ((uint64_t)product < surplus)
			product = (unsigned __int128)random_bits(random) * limit;
	}
	return product >> 64;
}
