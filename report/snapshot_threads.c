/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "snapshot_threads.h"

static uint64_t handoff_before_reset(const struct region *region, uint64_t all_ticks)
{
	uint64_t ticks = atomic_load_explicit(&region->reset.handoff_ticks, memory_order_relaxed);

	return ticks < all_ticks ? ticks : all_ticks;
}

static int add_up(struct snapshot *snapshot, const struct region *region)
{
	const struct thread_table *table = &region->threads;
	uint32_t count = atomic_load_explicit(&table->used, memory_order_relaxed);
	uint64_t handoff_ticks = 0, own_ticks = 0;

	if (count > table->limit)
		return -EBADMSG;
	for (uint32_t i = 0; i < count; i++) {
		const struct thread *thread = thread_table_at(table, i);

		handoff_ticks += atomic_load_explicit(&thread->handoff_ticks, memory_order_relaxed);
		own_ticks += atomic_load_explicit(&thread->meter.own_ticks, memory_order_relaxed);
		snapshot->overhead.calls += atomic_load_explicit(&thread->meter.own_calls, memory_order_relaxed);
	}
	handoff_ticks -= handoff_before_reset(region, handoff_ticks);
	snapshot->handoff_ns = snapshot_clock_ns(snapshot->ns_per_tick, handoff_ticks);
	snapshot->overhead.own_ns = snapshot_clock_ns(snapshot->ns_per_tick, own_ticks);
	return 0;
}

static int64_t add_capped(int64_t a, uint64_t b)
{
	return b < (uint64_t)(INT64_MAX - a) ? a + (int64_t)b : INT64_MAX;
}

static void finish_overhead(struct snapshot *snapshot, const struct overhead *overhead,
			    const struct snapshot_moment *moment)
{
	struct snapshot_overhead *copy = &snapshot->overhead;
	uint64_t cpu_ns = moment->cpu_ns, started_ns = overhead->started_cpu_ns;

	copy->own_ns = add_capped(copy->own_ns, atomic_load_explicit(&overhead->reports_ns, memory_order_relaxed));
	copy->cpu_ns = cpu_ns > started_ns ? add_capped(0, cpu_ns - started_ns) : 0;
}

int snapshot_add_threads(struct snapshot *snapshot, const struct region *region, const struct snapshot_moment *moment)
{
	int error = add_up(snapshot, region);

	if (!error)
		finish_overhead(snapshot, &region->overhead, moment);
	return error;
}
