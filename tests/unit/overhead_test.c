/* SPDX-License-Identifier: MIT */
/* Goal: what is measured of our own time is what it was, on average, whatever the calls do in turn; calls during which the thread
 * did not run count as others do; and the CPU time of a process is what the kernel says. */
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "fake_clock.h"
#include "overhead.h"
#include "process.h"
#include "record_knobs.h"

enum { CALLS = 2000000, SEEDS = 16 };

/* Costs in ticks, one call after the other, over and over. */
struct habit {
	const char *name;
	unsigned length;
	uint64_t (*cost_ticks)(unsigned place);
};

static uint64_t steady(unsigned place)
{
	(void)place;
	return 50;
}

/* Cheap, but for every so many. */
static uint64_t one_dear(unsigned place)
{
	return place == 0 ? 2000 : 20;
}

static const struct habit habits[] = {
	{"all alike", 1, steady},
	{"begin cheap, end dear", 2, one_dear},
	{"one in four dear", 4, one_dear},
	{"in step with the period", OVERHEAD_PERIOD, one_dear},
	{"in step with twice the period", 2 * OVERHEAD_PERIOD, one_dear},
};

enum { HABITS = sizeof(habits) / sizeof(habits[0]) };

static uint64_t call(struct overhead_meter *meter, uint64_t ticks)
{
	overhead_enter(meter);
	atomic_fetch_add_explicit(&fake_now_ticks, ticks, memory_order_relaxed);
	overhead_leave(meter);
	return ticks;
}

static void check_habit(const struct habit *habit, uint64_t seed)
{
	struct overhead_meter meter = {0};
	uint64_t spent_ticks = 0;

	overhead_meter_init(&meter, seed, 0);
	for (unsigned i = 0; i < CALLS; i++)
		spent_ticks += call(&meter, habit->cost_ticks(i % habit->length));
	near_ratio((double)meter.own_ticks, (double)spent_ticks, 0.1, "%s, seed %u: the time", habit->name,
		   (unsigned)seed);
	near_ratio((double)meter.own_calls, CALLS, 0.001, "and the calls");
}

/* Over many seeds the mean comes much closer than one seed does. */
static void check_mean(const struct habit *habit)
{
	double ratios = 0;

	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct overhead_meter meter = {0};
		uint64_t spent_ticks = 0;

		overhead_meter_init(&meter, seed, 0);
		for (unsigned i = 0; i < CALLS; i++)
			spent_ticks += call(&meter, habit->cost_ticks(i % habit->length));
		ratios += (double)meter.own_ticks / (double)spent_ticks;
	}
	near_ratio(ratios / SEEDS, 1, 0.02, "%s: the mean of all seeds", habit->name);
}

/* One call in a thousand, on average, loses its CPU for a time slice. */
static void check_interrupted(void)
{
	enum { SLICE_TICKS = 10000000, ONE_IN = 1000, COST_TICKS = 100 };
	struct overhead_meter meter = {0};
	struct random random;

	overhead_meter_init(&meter, 7, 0);
	random_seed(&random, 7, 1);
	for (unsigned i = 0; i < CALLS; i++)
		call(&meter, random_below(&random, ONE_IN) ? COST_TICKS : SLICE_TICKS);
	near_ratio((double)meter.own_ticks, (double)CALLS * COST_TICKS, 0.01, "what others ran is not ours");
	near_ratio((double)meter.own_calls, CALLS, 0.001, "but those calls count");
}

/* The clock is forbidden to a process that gave it up: it would be killed. */
static void check_stopped(void)
{
	struct overhead_meter meter = {0};

	overhead_meter_init(&meter, 7, 0);
	record_stop();
	for (unsigned i = 0; i < 100 * OVERHEAD_PERIOD; i++)
		call(&meter, 50);
	is_u64(meter.own_ticks, 0, "where nothing is recorded any more, nothing is timed");
}

static void check_cpu_time(void)
{
	uint64_t before_ns = process_cpu_ns(0), named_ns, after_ns;
	enum { PID_LIMIT = 4194304 }; /* the kernel's */
	struct timespec kernel;

	t_spin_us(2000);
	named_ns = process_cpu_ns(getpid());
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &kernel);
	after_ns = process_cpu_ns(0);
	ok(before_ns > 0 && named_ns > before_ns, "CPU time is used");
	ok(named_ns <= (uint64_t)kernel.tv_sec * 1000000000 + (uint64_t)kernel.tv_nsec, "as much as libc says");
	ok(after_ns >= named_ns, "a process knows its own without its number");
	is_u64(process_cpu_ns(PID_LIMIT), 0, "of a process that does not exist nothing is known");
}

/* A thread that is cancelled never comes back from the call that it was in. */
static void owners_end_in_midst_of_calls(void)
{
	struct overhead_meter meter = {0};
	uint64_t spent_ticks = 0;
	unsigned ended = 0;

	overhead_meter_init(&meter, 1, 0);
	for (unsigned i = 0; i < CALLS; i++) {
		spent_ticks += call(&meter, 50);
		if (meter.countdown == 1 && ended < 1000) {
			overhead_enter(&meter);
			overhead_meter_take_over(&meter);
			ended++;
		}
	}
	is_u64(ended, 1000, "so many owners ended in the midst of a timed call");
	ok(meter.countdown > 0 && meter.countdown < 2 * OVERHEAD_PERIOD, "the next one times as often: %u calls to go",
	   meter.countdown);
	near_ratio((double)meter.own_ticks, (double)spent_ticks, 0.1, "and what was spent is known");
}

int main(void)
{
	owners_end_in_midst_of_calls();
	for (unsigned i = 0; i < HABITS; i++) {
		check_habit(&habits[i], 1);
		check_mean(&habits[i]);
	}
	check_interrupted();
	check_cpu_time();
	check_stopped();
	return done();
}
