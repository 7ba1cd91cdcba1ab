/* SPDX-License-Identifier: MIT */
/* sampler: keep or drop an event, and with what weight, so that the sums stay unbiased.
 *
 * Called from   application threads, guard held. Pure but for the generator.
 * Units         delays in ticks; counts in 2^-SAMPLER_COUNT_SHIFT events, because a kept short wait stands for
 *               rate/delay waits, which is no whole number.
 * Mathematics   README.md in this folder derives both estimators with the names used here.
 */
#ifndef CONTEND_SAMPLER_H
#define CONTEND_SAMPLER_H

#include <stdbool.h>
#include <stdint.h>

#include "random.h"

#define SAMPLER_COUNT_SHIFT 20
#define SAMPLER_EPOCH_TICKS                                                                                            \
	(UINT64_C(1) << 22) /* 2 ms or so: many to a second, and mostly longer than a wait for a lock */
#define SAMPLER_COUNT_ONE (UINT64_C(1) << SAMPLER_COUNT_SHIFT)

struct sample_weight {
	uint64_t count; /* events << SAMPLER_COUNT_SHIFT */
	uint64_t delay_ticks;
};

/* The shortest wait that will be kept, drawn before the wait: uniform in 1 ... rate_ticks, so that a wait of d < rate_ticks
 * is kept (d >= threshold) with probability d / rate_ticks exactly. At rate 1 and below it is 0: all are kept, even waits
 * of no tick. */
static inline uint64_t sampler_block_threshold_ticks(struct random *random, uint64_t rate_ticks)
{
	return rate_ticks <= 1 ? 0 : 1 + random_below(random, rate_ticks);
}

/* What a kept wait stands for: itself if it was at least rate_ticks long, else rate_ticks / delay_ticks waits that took
 * rate_ticks together. The count is rounded to the nearest: wrong by at most 2^-21 of itself. */
struct sample_weight sampler_block_weight(uint64_t delay_ticks, uint64_t rate_ticks);

/* True with probability 1/fraction; fraction >= 1. */
bool sampler_mutex_keeps(struct random *random, uint32_t fraction);

/* What a kept release stands for: fraction releases of this charge, each of one lock in 2^lock_shift; the charge is of all of
 * these already. */
struct sample_weight sampler_mutex_weight(uint64_t charge_ticks, uint32_t fraction, uint32_t lock_shift);

/* Is the lock one of those that are followed at this time? True with probability 2^-lock_shift, anew for each lock and each
 * SAMPLER_EPOCH_TICKS, and the same for all threads: so a release that is charged finds all waiters there are, or none. Followed at
 * one shift means followed at each smaller one. lock_shift > 0. */
bool sampler_lock_keeps(const void *lock, uint64_t now_ticks, uint32_t lock_shift);

/* Another choice of locks from now on. */
void sampler_seed(uint64_t seed);

#endif
