/* SPDX-License-Identifier: MIT */
#include "sampler.h"

/* Integers only: a floating point operation would touch the application's exception flags, and would raise SIGFPE in
 * one that asked for it. */

static uint64_t saturate(unsigned __int128 value)
{
	return value > UINT64_MAX ? UINT64_MAX : (uint64_t)value;
}

struct sample_weight sampler_block_weight(uint64_t delay_ticks, uint64_t rate_ticks)
{
	unsigned __int128 rate = (unsigned __int128)rate_ticks << SAMPLER_COUNT_SHIFT;

	if (delay_ticks >= rate_ticks || delay_ticks == 0)
		return (struct sample_weight){.count = SAMPLER_COUNT_ONE, .delay_ticks = delay_ticks};
	return (struct sample_weight){.count = saturate((rate + delay_ticks / 2) / delay_ticks),
				      .delay_ticks = rate_ticks};
}

bool sampler_mutex_keeps(struct random *random, uint32_t fraction)
{
	return fraction <= 1 || random_below(random, fraction) == 0;
}

struct sample_weight sampler_mutex_weight(uint64_t charge_ticks, uint32_t fraction, uint32_t lock_shift)
{
	return (struct sample_weight){.count = (uint64_t)fraction << (SAMPLER_COUNT_SHIFT + lock_shift),
				      .delay_ticks = saturate((unsigned __int128)charge_ticks * fraction)};
}

static uint64_t salt;

void sampler_seed(uint64_t seed)
{
	struct random random;

	random_seed(&random, seed, 0);
	salt = random_bits(&random);
}

bool sampler_lock_keeps(const void *lock, uint64_t now_ticks, uint32_t lock_shift)
{
	struct random random;

	random_seed(&random, salt ^ (uint64_t)(uintptr_t)lock, now_ticks / SAMPLER_EPOCH_TICKS);
	return random_bits(&random) >> (64 - lock_shift) == 0;
}
