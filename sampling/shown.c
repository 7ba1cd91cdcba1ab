/* SPDX-License-Identifier: MIT */
#include <stddef.h>

#include "clock.h"
#include "shown.h"

static const _Atomic uint64_t no_report;
static const _Atomic uint64_t *shown_until = &no_report;

void shown_init(const _Atomic uint64_t *until_ticks)
{
	shown_until = until_ticks ? until_ticks : &no_report;
}

/* How old the wait was when it was last shown, if it was. */
static uint64_t shown_ticks(const struct thread_wait *wait)
{
	return clock_elapsed_ticks(wait->waiter.since_ticks, atomic_load_explicit(shown_until, memory_order_relaxed));
}

struct sample *shown_sample(const struct thread_wait *wait, uint64_t least_ticks)
{
	uint64_t elapsed_ticks = shown_ticks(wait);
	uint32_t unit = thread_wait_unit(wait);

	if (!unit || wait->rate_ticks == 0 || elapsed_ticks < wait->threshold_ticks || elapsed_ticks < least_ticks ||
	    elapsed_ticks == 0)
		return NULL;
	return sample_table_at(unit);
}

void shown_keep(const struct thread_wait *wait)
{
	struct sample *sample = shown_sample(wait, 0);

	if (sample)
		sample_add(sample, shown_weight(shown_ticks(wait), wait->rate_ticks));
}
