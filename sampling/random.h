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

/* 64 uniform bits. */
uint64_t random_bits(struct random *random);

/* Uniform in [0, limit); limit > 0. */
uint64_t random_below(struct random *random, uint64_t limit);

#endif
