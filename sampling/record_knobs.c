/* SPDX-License-Identifier: MIT */
#include <stddef.h>

#include "clock.h"
#include "record_knobs.h"

/* See record_knobs.h. */
enum { EARLY_NS = 20000 };

/* A call that answers EAGAIN at once has taken less; a time-out (SO_RCVTIMEO) is at least a tick of the kernel's, 1 ms. */
enum { ANSWER_NS = 500000 };

/* So coarse that a lock's account costs more than its samples. */
enum { FRACTION_ENOUGH = 16, RATE_ENOUGH_NS = 1000000 };

/* The rate at the highest level: of thousands of threads that wait all the time in short waits even 1 ms keeps too many. */
enum { RATE_MOST_NS = 64000000 };

struct record_knobs record_knobs;

static struct {
	_Atomic uint32_t fraction; /* as wanted, as is the next */
	_Atomic int64_t rate_ns;
	_Atomic uint32_t level;
	_Atomic bool is_stopped;
	_Atomic uint64_t ticks_per_ns; /* << RATIO_SHIFT */
	_Atomic uint32_t *shown_fraction;
	_Atomic int64_t *shown_rate_ns;
} knobs;

enum { RATIO_SHIFT = 32 };

/* The greater of what is enough and what is wanted bounds what doubling makes of `first`. */
static int64_t doubled(int64_t first, uint32_t times, int64_t enough, int64_t wanted)
{
	int64_t most = wanted > enough ? wanted : enough;

	return first > most >> times ? most : first << times;
}

static uint32_t fraction_at(uint32_t times)
{
	uint32_t wanted = atomic_load_explicit(&knobs.fraction, memory_order_relaxed);

	return (uint32_t)doubled(wanted, times, FRACTION_ENOUGH, wanted);
}

/* Below twice EARLY_NS a rate saves no stack. */
static int64_t rate_at(uint32_t times)
{
	int64_t wanted_ns = atomic_load_explicit(&knobs.rate_ns, memory_order_relaxed);

	if (wanted_ns == 0 || times == 0)
		return wanted_ns;
	return doubled(wanted_ns > EARLY_NS ? wanted_ns : EARLY_NS, times, RATE_ENOUGH_NS, wanted_ns);
}

uint32_t record_knobs_sampling_levels(void)
{
	enum { LEVELS_MOST = 16 };
	uint32_t level = 0;

	while (level < LEVELS_MOST &&
	       (fraction_at(level + 1) != fraction_at(level) || rate_at(level + 1) != rate_at(level)))
		level++;
	return level;
}

/* A rate below a tick is all. */
uint64_t record_knobs_ticks_of(int64_t ns)
{
	uint64_t ratio = atomic_load_explicit(&knobs.ticks_per_ns, memory_order_relaxed);
	uint64_t ticks = (uint64_t)((unsigned __int128)ns * ratio >> RATIO_SHIFT);

	if (ns <= 1)
		return (uint64_t)ns;
	return ticks < 1 ? 1 : ticks;
}

static struct record_coarseness coarseness_now(void)
{
	uint32_t level = atomic_load_explicit(&knobs.level, memory_order_relaxed);
	uint32_t sampling_levels = record_knobs_sampling_levels();
	uint32_t times = level < sampling_levels ? level : sampling_levels, shift = level - times;
	int64_t wanted_ns = atomic_load_explicit(&knobs.rate_ns, memory_order_relaxed);

	return (struct record_coarseness){
		.fraction = fraction_at(times),
		.rate_ns = shift ? doubled(rate_at(times), shift, RATE_MOST_NS, wanted_ns) : rate_at(times),
		.lock_shift = shift,
	};
}

static void show(struct record_coarseness now)
{
	if (!knobs.shown_fraction)
		return;
	atomic_store_explicit(knobs.shown_fraction, now.fraction, memory_order_relaxed);
	atomic_store_explicit(knobs.shown_rate_ns, now.rate_ns, memory_order_relaxed);
}

static struct record_coarseness apply(void)
{
	struct record_coarseness now = coarseness_now();

	atomic_store_explicit(&record_knobs.fraction, now.fraction, memory_order_relaxed);
	atomic_store_explicit(&record_knobs.lock_shift, now.lock_shift, memory_order_relaxed);
	atomic_store_explicit(&record_knobs.rate_ticks, record_knobs_ticks_of(now.rate_ns), memory_order_relaxed);
	show(now);
	return now;
}

struct record_coarseness record_knobs_set_level(uint32_t level)
{
	atomic_store_explicit(&knobs.level, level, memory_order_relaxed);
	return apply();
}

int record_set_fraction(int fraction)
{
	int old = (int)atomic_load_explicit(&knobs.fraction, memory_order_relaxed);

	if (fraction < 0 || record_is_stopped())
		return old;
	old = (int)atomic_exchange_explicit(&knobs.fraction, (uint32_t)fraction, memory_order_relaxed);
	apply();
	return old;
}

/* The longer after the start the better. */
static void learn_ratio(void)
{
	double ticks_per_ns = clock_ticks_per_ns();

	atomic_store_explicit(&knobs.ticks_per_ns, (uint64_t)(0x1p32 * ticks_per_ns), memory_order_relaxed);
	atomic_store_explicit(&record_knobs.ns_of_2_32_ticks, (uint64_t)(0x1p32 / ticks_per_ns), memory_order_relaxed);
}

int64_t record_set_block_rate_ns(int64_t rate_ns)
{
	int64_t old_ns = atomic_load_explicit(&knobs.rate_ns, memory_order_relaxed);

	if (rate_ns < 0 || record_is_stopped())
		return old_ns;
	old_ns = atomic_exchange_explicit(&knobs.rate_ns, rate_ns, memory_order_relaxed);
	learn_ratio();
	atomic_store_explicit(&record_knobs.early_ticks, record_knobs_ticks_of(EARLY_NS), memory_order_relaxed);
	atomic_store_explicit(&record_knobs.answer_ticks, record_knobs_ticks_of(ANSWER_NS), memory_order_relaxed);
	apply();
	return old_ns;
}

void record_init(_Atomic uint32_t *shown_fraction, _Atomic int64_t *shown_block_rate_ns)
{
	knobs.shown_fraction = shown_fraction;
	knobs.shown_rate_ns = shown_block_rate_ns;
	if (atomic_load_explicit(&knobs.ticks_per_ns, memory_order_relaxed) == 0)
		learn_ratio();
	show(coarseness_now());
}

bool record_is_stopped(void)
{
	return atomic_load_explicit(&knobs.is_stopped, memory_order_relaxed);
}

void record_stop(void)
{
	atomic_store_explicit(&knobs.is_stopped, true, memory_order_relaxed);
	atomic_store_explicit(&knobs.fraction, 0, memory_order_relaxed);
	atomic_store_explicit(&knobs.rate_ns, 0, memory_order_relaxed);
	apply();
}
