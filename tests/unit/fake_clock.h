/* SPDX-License-Identifier: MIT */
/* fake_clock: the clock of a test that says itself what time it is. Included by the test program, once; it stands in for
 * all of clock.h, so that the real clock is not linked. */
#ifndef CONTEND_TESTS_FAKE_CLOCK_H
#define CONTEND_TESTS_FAKE_CLOCK_H

#include <stdatomic.h>

#include "clock.h"

static _Atomic uint64_t fake_now_ticks;

void clock_init(void)
{
}

enum clock_source clock_source(void)
{
	return CLOCK_SOURCE_MONOTONIC;
}

bool clock_is_counter; /* no */

uint64_t clock_now_without_counter(void)
{
	return atomic_load_explicit(&fake_now_ticks, memory_order_relaxed);
}

struct clock_anchor clock_anchor_first(void)
{
	return (struct clock_anchor){.ticks = 0, .monotonic_ns = 0};
}

struct clock_anchor clock_anchor_now(void)
{
	return (struct clock_anchor){.ticks = clock_now_ticks(), .monotonic_ns = clock_now_ticks()};
}

double clock_ticks_per_ns(void)
{
	return 1;
}

#endif
