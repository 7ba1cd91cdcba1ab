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

static struct snapshot_governor_change change_of(const struct snapshot *snapshot, const struct region *region,
						 uint64_t number)
{
	const struct governor_change *change = &region->governor.last[number % GOVERNOR_CHANGES];
	uint64_t since_ticks = atomic_load_explicit(&change->since_ticks, memory_order_relaxed);

	return (struct snapshot_governor_change){
		.since_ns = snapshot_clock_ns(snapshot->ns_per_tick,
					      clock_elapsed_ticks(region->header.started.ticks, since_ticks)),
		.rate_ns = atomic_load_explicit(&change->rate_ns, memory_order_relaxed),
		.fraction = atomic_load_explicit(&change->fraction, memory_order_relaxed),
		.lock_shift = atomic_load_explicit(&change->lock_shift, memory_order_relaxed) % 32,
		.overhead_ppm = atomic_load_explicit(&change->overhead_ppm, memory_order_relaxed),
	};
}

/* Pairs with the release of set_level: a change that was counted is there. */
static void copy_governor(struct snapshot *snapshot, const struct region *region)
{
	struct snapshot_governor *copy = &snapshot->governor;
	uint64_t changes = atomic_load_explicit(&region->governor.changes, memory_order_acquire);

	copy->limit_ppm = region->governor.limit_ppm;
	copy->changes = changes;
	copy->count = changes < GOVERNOR_CHANGES ? changes : GOVERNOR_CHANGES;
	for (size_t i = 0; i < copy->count; i++)
		copy->last[i] = change_of(snapshot, region, changes - copy->count + i);
}

int snapshot_add_threads(struct snapshot *snapshot, const struct region *region, const struct snapshot_moment *moment)
{
	int error = add_up(snapshot, region);

	if (!error)
		finish_overhead(snapshot, &region->overhead, moment);
	copy_governor(snapshot, region);
	return error;
}
