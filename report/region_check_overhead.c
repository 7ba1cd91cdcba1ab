/* SPDX-License-Identifier: MIT */
/* What the process says that recording costs it. */
#include "region_check_parts.h"

void region_check_overhead(struct region_check *check)
{
	const struct overhead *overhead = &check->region->overhead;

	region_check_that(check, overhead->started_cpu_ns >> 62 == 0, "overhead: more CPU time than time");
	region_check_that(check, atomic_load_explicit(&overhead->reports_ns, memory_order_relaxed) >> 62 == 0,
			  "overhead: more reports than time");
}

static void check_change(struct region_check *check, const struct governor_change *change, uint64_t number)
{
	region_check_that(check,
			  atomic_load_explicit(&change->fraction, memory_order_relaxed) <= INT32_MAX &&
				  atomic_load_explicit(&change->rate_ns, memory_order_relaxed) >= 0 &&
				  atomic_load_explicit(&change->lock_shift, memory_order_relaxed) <=
					  WAITERS_SHIFT_MOST &&
				  atomic_load_explicit(&change->overhead_ppm, memory_order_relaxed) <= 1000000,
			  "governor: change %llu to settings that there are not", (unsigned long long)number);
	region_check_that(check,
			  atomic_load_explicit(&change->since_ticks, memory_order_relaxed) >=
				  check->region->header.started.ticks,
			  "governor: change %llu before the start", (unsigned long long)number);
}

/* The one that is being written is not counted yet; but it takes the place of the oldest. */
void region_check_governor(struct region_check *check)
{
	const struct governor *governor = &check->region->governor;
	uint64_t changes = atomic_load_explicit(&governor->changes, memory_order_relaxed);
	uint64_t oldest = changes < GOVERNOR_CHANGES ? 0 : changes - GOVERNOR_CHANGES + 1;

	region_check_that(check, governor->limit_ppm <= 1000000, "governor: a bound above all");
	region_check_that(check, governor->limit_ppm || !changes, "governor: %llu changes, and no bound",
			  (unsigned long long)changes);
	if (region_check_that(check, changes >> 48 == 0, "governor: %llu changes", (unsigned long long)changes))
		for (uint64_t number = oldest; number < changes; number++)
			check_change(check, &governor->last[number % GOVERNOR_CHANGES], number);
}

/* A call is timed for those since the last one that was not interrupted, which may be many. */
void region_check_meter(struct region_check *check, uint32_t index, const struct overhead_meter *meter)
{
	uint64_t ticks = atomic_load_explicit(&meter->own_ticks, memory_order_relaxed);
	uint64_t calls = atomic_load_explicit(&meter->own_calls, memory_order_relaxed);

	region_check_that(check, meter->countdown < 2 * OVERHEAD_PERIOD, "thread record %u: %u calls to the next timed",
			  index, meter->countdown);
	region_check_that(check, ticks >> 62 == 0 && calls >> 56 == 0, "thread record %u: more overhead than time",
			  index);
	if (region_check_is_still(check))
		region_check_that(check, ticks <= calls * OVERHEAD_TICKS_MOST,
				  "thread record %u: %llu ticks of overhead in %llu calls", index,
				  (unsigned long long)ticks, (unsigned long long)calls);
}
