/* SPDX-License-Identifier: MIT */
#include "random.h"

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
