/* SPDX-License-Identifier: MIT */
/* The knobs: what is asked for, in the units in which every call asks. */
#include <stddef.h>

#include "clock.h"
#include "record.h"

/* 20 us, see record.h. */
enum { EARLY_NS = 20000 };

/* A call that answers EAGAIN at once has taken less; a time-out (SO_RCVTIMEO) is at least a tick of the kernel's, 1 ms. */
enum { ANSWER_NS = 500000 };

struct record_knobs record_knobs;

static struct {
	_Atomic int64_t rate_ns;
	_Atomic bool is_stopped;
	_Atomic uint32_t *shown_fraction;
	_Atomic int64_t *shown_rate_ns;
} knobs;

static void show_knobs(void)
{
	if (!knobs.shown_fraction)
		return;
	atomic_store_explicit(knobs.shown_fraction, atomic_load_explicit(&record_knobs.fraction, memory_order_relaxed),
			      memory_order_relaxed);
	atomic_store_explicit(knobs.shown_rate_ns, atomic_load_explicit(&knobs.rate_ns, memory_order_relaxed),
			      memory_order_relaxed);
}

int record_set_fraction(int fraction)
{
	int old = atomic_load_explicit(&record_knobs.fraction, memory_order_relaxed);

	if (fraction < 0 || record_is_stopped())
		return old;
	old = atomic_exchange_explicit(&record_knobs.fraction, fraction, memory_order_relaxed);
	show_knobs();
	return old;
}

/* At least 1: a rate below a tick is all. */
static uint64_t ticks_of(int64_t ns)
{
	double ticks = (double)ns * clock_ticks_per_ns();

	if (ns <= 1)
		return ns;
	return ticks < 1 ? 1 : (uint64_t)ticks;
}

int64_t record_set_block_rate_ns(int64_t rate_ns)
{
	int64_t old_ns = atomic_load_explicit(&knobs.rate_ns, memory_order_relaxed);

	if (rate_ns < 0 || record_is_stopped())
		return old_ns;
	old_ns = atomic_exchange_explicit(&knobs.rate_ns, rate_ns, memory_order_relaxed);
	atomic_store_explicit(&record_knobs.ns_of_2_32_ticks, (uint64_t)(0x1p32 / clock_ticks_per_ns()),
			      memory_order_relaxed);
	atomic_store_explicit(&record_knobs.early_ticks, ticks_of(EARLY_NS), memory_order_relaxed);
	atomic_store_explicit(&record_knobs.answer_ticks, ticks_of(ANSWER_NS), memory_order_relaxed);
	atomic_store_explicit(&record_knobs.rate_ticks, ticks_of(rate_ns), memory_order_relaxed);
	show_knobs();
	return old_ns;
}

void record_init(_Atomic uint32_t *shown_fraction, _Atomic int64_t *shown_block_rate_ns)
{
	knobs.shown_fraction = shown_fraction;
	knobs.shown_rate_ns = shown_block_rate_ns;
	show_knobs();
}

bool record_is_stopped(void)
{
	return atomic_load_explicit(&knobs.is_stopped, memory_order_relaxed);
}

void record_stop(void)
{
	atomic_store_explicit(&knobs.is_stopped, true, memory_order_relaxed);
	atomic_store_explicit(&record_knobs.fraction, 0, memory_order_relaxed);
	atomic_store_explicit(&record_knobs.rate_ticks, 0, memory_order_relaxed);
}
