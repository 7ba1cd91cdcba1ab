/* SPDX-License-Identifier: MIT */
#include <string.h>
#include <time.h>

#include "kernel.h"
#include "process.h"
#include "snapshot_clock.h"

/* ns in a tick that a clock can have: 20 GHz to 50 MHz. */
#define NS_PER_TICK_LEAST 0.05
#define NS_PER_TICK_MOST  20.0

void snapshot_clock_now(struct snapshot_moment *out_moment)
{
	struct timespec now = {0};

	*out_moment = (struct snapshot_moment){.cpu_ns = 0};
	process_boot_id(out_moment->boot_id);
	out_moment->clock_source = clock_source();
	out_moment->anchor = clock_anchor_now();
	KERNEL_CALL(clock_gettime, CLOCK_REALTIME, &now);
	out_moment->wall_ns = now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
	out_moment->is_present = true;
}

static double anchors_ns_per_tick(struct clock_anchor from, struct clock_anchor to)
{
	if (to.ticks <= from.ticks || to.monotonic_ns <= from.monotonic_ns)
		return 0;
	return (double)(to.monotonic_ns - from.monotonic_ns) / (double)(to.ticks - from.ticks);
}

static bool is_sane_clock(double ns_per_tick)
{
	return ns_per_tick >= NS_PER_TICK_LEAST && ns_per_tick <= NS_PER_TICK_MOST;
}

static double kept_ns_per_tick(const struct region_header *header)
{
	uint64_t bits = atomic_load_explicit(&header->ns_per_tick, memory_order_relaxed);
	double ns_per_tick;

	memcpy(&ns_per_tick, &bits, sizeof(ns_per_tick));
	return ns_per_tick;
}

int64_t snapshot_clock_ns(double ns_per_tick, uint64_t ticks)
{
	double ns = (double)ticks * ns_per_tick + 0.5;

	return ns < (double)INT64_MAX ? (int64_t)ns : INT64_MAX;
}

void snapshot_clock_keep(struct region_header *header, double ns_per_tick)
{
	uint64_t none = 0, bits;

	memcpy(&bits, &ns_per_tick, sizeof(bits));
	atomic_compare_exchange_strong_explicit(&header->ns_per_tick, &none, bits, memory_order_relaxed,
						memory_order_relaxed);
}

/* The longer the time between two anchors the better, so now counts more than `early`, if it is on the same clock. */
double snapshot_clock_ns_per_tick(const struct region_header *header, const struct snapshot_moment *moment)
{
	double ns_per_tick = kept_ns_per_tick(header);

	if (header->clock_source == CLOCK_SOURCE_MONOTONIC)
		return 1;
	if (is_sane_clock(ns_per_tick))
		return ns_per_tick;
	if (memcmp(header->boot_id, moment->boot_id, sizeof(header->boot_id)) == 0 &&
	    header->clock_source == moment->clock_source)
		ns_per_tick = anchors_ns_per_tick(header->started, moment->anchor);
	if (!is_sane_clock(ns_per_tick))
		ns_per_tick = anchors_ns_per_tick(header->started, header->early);
	return is_sane_clock(ns_per_tick) ? ns_per_tick : 0;
}
