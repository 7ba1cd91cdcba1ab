/* SPDX-License-Identifier: MIT */
#include <linux/prctl.h>
#include <stdatomic.h>
#include <time.h>

#include "clock.h"
#include "kernel.h"
#include "vdso.h"

/* Readings of which the tightest becomes an anchor: one in several may be torn apart by an interrupt. */
enum { ANCHOR_TRIES = 16 };

/* The ratio is not taken over less than this: an anchor is good to some 20 ns, so it is right to 0.1 % at worst. */
enum { RATIO_LEAST_NS = 20000, RATIO_TRIES = 1000 };

/* clock_gettime of the vDSO; 0 or a negative errno. */
typedef int clock_gettime_function(clockid_t clock, struct timespec *out_time);

bool clock_is_counter;

static struct {
	clock_gettime_function *gettime;
	struct clock_anchor first;
	_Atomic bool is_forbidden; /* in some threads */
} state;

static int gettime_of_kernel(clockid_t clock, struct timespec *out_time)
{
	return (int)KERNEL_CALL(clock_gettime, clock, out_time);
}

static uint64_t monotonic_now_ns(void)
{
	struct timespec now = {.tv_sec = 0};

	state.gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void clock_init(void)
{
	clock_gettime_function *found = (clock_gettime_function *)vdso_find(KERNEL_CLOCK_GETTIME);

	state.gettime = found ? found : gettime_of_kernel;
	clock_is_counter = counter_is_usable(&counter_this_machine);
	state.first = clock_anchor_now();
}

enum clock_source clock_source(void)
{
	return clock_is_counter ? CLOCK_SOURCE_COUNTER : CLOCK_SOURCE_MONOTONIC;
}

uint64_t clock_now_without_counter(void)
{
	return monotonic_now_ns();
}

static struct clock_anchor anchor_by_counter(void)
{
	struct clock_anchor best = {.ticks = 0};
	uint64_t best_bracket_ticks = UINT64_MAX;

	for (int i = 0; i < ANCHOR_TRIES; i++) {
		uint64_t before_ticks = counter_read();
		uint64_t now_ns = monotonic_now_ns();
		uint64_t bracket_ticks = counter_read() - before_ticks; /* huge if we moved to a CPU behind */

		if (bracket_ticks < best_bracket_ticks) {
			best_bracket_ticks = bracket_ticks;
			best = (struct clock_anchor){.ticks = before_ticks + bracket_ticks / 2, .monotonic_ns = now_ns};
		}
	}
	return best;
}

static struct clock_anchor anchor_by_monotonic(void)
{
	uint64_t now_ns = monotonic_now_ns();

	return (struct clock_anchor){.ticks = now_ns, .monotonic_ns = now_ns};
}

/* Was the counter forbidden to this thread? Then it is not, until it is forbidden again. */
static bool permit_counter(void)
{
	int answer = 0;

	if (!atomic_load_explicit(&state.is_forbidden, memory_order_relaxed))
		return false;
	return !KERNEL_CALL(prctl, PR_GET_TSC, &answer) && answer == PR_TSC_SIGSEGV &&
	       !KERNEL_CALL(prctl, PR_SET_TSC, PR_TSC_ENABLE);
}

struct clock_anchor clock_anchor_now(void)
{
	bool was_forbidden = permit_counter();
	struct clock_anchor now = clock_is_counter ? anchor_by_counter() : anchor_by_monotonic();

	if (was_forbidden)
		KERNEL_CALL(prctl, PR_SET_TSC, PR_TSC_SIGSEGV);
	return now;
}

void clock_forbid(void)
{
	atomic_store_explicit(&state.is_forbidden, true, memory_order_relaxed);
}

struct clock_anchor clock_anchor_first(void)
{
	return state.first;
}

double clock_ticks_per_ns(void)
{
	struct clock_anchor now = clock_anchor_now();

	if (!clock_is_counter)
		return 1.0;
	for (int i = 0; i < RATIO_TRIES && now.monotonic_ns - state.first.monotonic_ns < RATIO_LEAST_NS; i++)
		now = clock_anchor_now();
	return (double)(now.ticks - state.first.ticks) / (double)(now.monotonic_ns - state.first.monotonic_ns);
}
