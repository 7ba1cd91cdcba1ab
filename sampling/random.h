/* SPDX-License-Identifier: MIT */
/* random: one small generator per thread (wyrand), seeded once, never shared.
 *
 * Called from   the owning thread, guard held.
 * Reproducible  the same seed and stream give the same numbers: CONTEND_SEED fixes the sampling for tests.
 */
#ifndef CONTEND_RANDOM_H
#define CONTEND_RANDOM_H

#include <stdint.h>

struct random {
	uint64_t state;
};

/* stream: which of the generators of one seed this is (a thread's index). */
void random_seed(struct random *random, uint64_t seed, uint64_t stream);

/* Two odd constants with as many ones as zeros, from wyhash. */
#define RANDOM_STEP  UINT64_C(0xa0761d6478bd642f)
#define RANDOM_TWIST UINT64_C(0xe7037ed1a0b428db)

/* 64 uniform bits. Inline, as is the next: every wait draws. */
static inline uint64_t random_bits(struct random *random)
{
	random->state += RANDOM_STEP;
	unsigned __int128 product = (unsigned __int128)random->state * (random->state ^ RANDOM_TWIST);

	return (uint64_t)(product >> 64) ^ (uint64_t)product;
}

/* Uniform in [0, limit); limit > 0. The upper half of bits * limit is the answer. 2^64 mod limit of the lower halves are too
 * many for a uniform one; drawing again when one of these comes up makes all answers equally likely. */
static inline uint64_t random_below(struct random *random, uint64_t limit)
{
	unsigned __int128 product = (unsigned __int128)random_bits(random) * limit;

	if ((uint64_t)product < limit) {
		uint64_t surplus = -limit % limit;

		while ((uint64_t)product < surplus)
			product = (unsigned __int128)random_bits(random) * limit;
	}
	return product >> 64;
}

#endif
