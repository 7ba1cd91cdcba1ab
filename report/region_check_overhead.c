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
