/* SPDX-License-Identifier: MIT */
#include "clock.h"
#include "governor.h"
#include "overhead.h"
#include "process.h"
#include "record_knobs.h"

static struct overhead *overhead;

/* From 1 to twice the period, less one: on average the period, and in step with no habit of the program. */
static void draw(struct overhead_meter *meter)
{
	meter->countdown = 1 + (uint32_t)random_below(&meter->random, 2 * OVERHEAD_PERIOD - 1);
	meter->calls += meter->countdown;
}

void overhead_meter_init(struct overhead_meter *meter, uint64_t seed, uint64_t stream)
{
	random_seed(&meter->random, seed, stream);
	draw(meter);
}

void overhead_meter_take_over(struct overhead_meter *meter)
{
	if (meter->countdown == 0)
		draw(meter);
}

/* Where nothing is recorded any more, the clock may be forbidden. */
void overhead_begin(struct overhead_meter *meter)
{
	meter->since_ticks = record_is_stopped() ? 0 : clock_now_ticks();
}

static void add(_Atomic uint64_t *sum, uint64_t value)
{
	atomic_store_explicit(sum, atomic_load_explicit(sum, memory_order_relaxed) + value, memory_order_relaxed);
}

/* A call that was interrupted leaves what it stands for to the next one that is timed. */
void overhead_end(struct overhead_meter *meter)
{
	uint64_t now_ticks = meter->since_ticks ? clock_now_ticks() : UINT64_MAX;
	uint64_t ticks = clock_elapsed_ticks(meter->since_ticks, now_ticks);

	if (ticks <= OVERHEAD_TICKS_MOST) {
		if (governor_is_on)
			governor_note(ticks * meter->calls, now_ticks);
		add(&meter->own_ticks, ticks * meter->calls);
		add(&meter->own_calls, meter->calls);
		meter->calls = 0;
	}
	draw(meter);
}

void overhead_init(struct overhead *region_overhead)
{
	overhead = region_overhead;
	overhead->started_cpu_ns = process_cpu_ns(0);
}

void overhead_add_report(uint64_t cpu_ns)
{
	atomic_fetch_add_explicit(&overhead->reports_ns, cpu_ns, memory_order_relaxed);
}
