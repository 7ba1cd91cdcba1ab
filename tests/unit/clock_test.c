/* SPDX-License-Identifier: MIT */
/* Goal of this test: with either source the clock keeps the kernel's time, to 100 ppm, never runs backwards, and cannot
 * be moved by another preload. */
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "clock.h"
#include "counter.h"

enum { READINGS = 200000, SPAN_NS = 50 * 1000 * 1000, BRACKETS = 1000 };

/* Stand in for counter.c: which source clock_init chooses is for the test to say. */
static struct {
	bool usable;
	unsigned asked;
} answer;

const struct counter_machine counter_this_machine;

bool counter_is_usable(const struct counter_machine *machine)
{
	answer.asked += machine == &counter_this_machine;
	return answer.usable;
}

static bool kernel_uses_counter(void)
{
	FILE *file = fopen(COUNTER_CLOCKSOURCE_PATH, "r");
	char line[16] = "";

	if (file && !fgets(line, sizeof(line), file))
		line[0] = '\0';
	if (file)
		fclose(file);
	return strcmp(line, COUNTER_CLOCKSOURCE "\n") == 0;
}

/* Takes libc's place, as libfaketime does: whoever calls it is an hour ahead. */
int clock_gettime(clockid_t clock, struct timespec *out_time)
{
	int result = (int)syscall(SYS_clock_gettime, clock, out_time);

	out_time->tv_sec += 3600;
	return result;
}

/* The kernel's monotonic clock, read by someone else. */
static uint64_t reference_ns(void)
{
	struct timespec now;

	syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void spin_ns(uint64_t ns)
{
	uint64_t end_ns = reference_ns() + ns;

	while (reference_ns() < end_ns)
		;
}

static double elapsed_ns(struct clock_anchor from, struct clock_anchor to)
{
	return (double)(to.monotonic_ns - from.monotonic_ns);
}

/* One instant on the reference and on the clock under test. */
struct reading {
	uint64_t reference_ns;
	uint64_t ticks;
};

/* The tightest of several: a machine that takes the CPU away between two reads spoils a reading, not the clock. */
static struct reading read_both(void)
{
	struct reading best = {.ticks = 0};
	uint64_t best_bracket_ns = UINT64_MAX;

	for (int i = 0; i < BRACKETS; i++) {
		uint64_t before_ns = reference_ns(), ticks = clock_now_ticks(), bracket_ns = reference_ns() - before_ns;

		if (bracket_ns < best_bracket_ns) {
			best_bracket_ns = bracket_ns;
			best = (struct reading){.reference_ns = before_ns + bracket_ns / 2, .ticks = ticks};
		}
	}
	return best;
}

/* An interval by the clock's ticks against the same by the reference. */
static double measured_ratio(void)
{
	struct reading from = read_both(), to;

	spin_ns(SPAN_NS);
	to = read_both();
	return (double)clock_elapsed_ticks(from.ticks, to.ticks) / clock_ticks_per_ns() /
	       (double)(to.reference_ns - from.reference_ns);
}

static void test_keeps_time(const char *name)
{
	struct clock_anchor first = clock_anchor_first(), now;
	uint64_t before_ns, after_ns;
	double early_ratio = clock_ticks_per_ns();

	ok(first.ticks && first.monotonic_ns, "%s: clock_init took an anchor", name);
	spin_ns(SPAN_NS);
	before_ns = reference_ns();
	now = clock_anchor_now();
	after_ns = reference_ns();
	near_ratio((double)(now.ticks - first.ticks) / elapsed_ns(first, now), clock_ticks_per_ns(), 1e-4,
		   "%s: ticks per ns from two anchors", name);
	near_ratio(early_ratio, clock_ticks_per_ns(), 0.01, "%s: the ratio right after clock_init is near", name);
	near_ratio(measured_ratio(), 1, 1e-4, "%s: 50 ms are 50 ms to 100 ppm", name);
	ok(before_ns <= now.monotonic_ns && now.monotonic_ns <= after_ns,
	   "%s: anchors tell the kernel's time, not that of a clock_gettime put in between", name);
}

static uint64_t count_backward_steps(void)
{
	uint64_t backward = 0, last_ticks = clock_now_ticks();

	for (int i = 0; i < READINGS; i++) {
		uint64_t now_ticks = clock_now_ticks();

		backward += now_ticks < last_ticks;
		last_ticks = now_ticks;
	}
	return backward;
}

static void count_in_thread(unsigned number, void *argument)
{
	((uint64_t *)argument)[number] = count_backward_steps();
}

static void test_is_monotonic(const char *name)
{
	uint64_t backward[2] = {1, 1};

	t_run(2, count_in_thread, backward);
	is_u64(backward[0] + backward[1], 0, "%s: no step backwards in 2 threads of %d readings", name, READINGS);
}

static void test_source(bool usable, enum clock_source source, const char *name)
{
	answer.usable = usable;
	answer.asked = 0;
	clock_init();
	is_u64(answer.asked, 1, "%s: this machine was asked", name);
	is_u64(clock_source(), source, "%s is the source", name);
	test_keeps_time(name);
	test_is_monotonic(name);
}

static void test_monotonic_is_the_kernels(void)
{
	uint64_t before_ns = reference_ns(), ticks = clock_now_ticks(), after_ns = reference_ns();

	ok(before_ns <= ticks && ticks <= after_ns, "monotonic: ticks are the kernel's time");
}

int main(void)
{
	test_source(false, CLOCK_SOURCE_MONOTONIC, "monotonic");
	ok(clock_ticks_per_ns() == 1.0, "monotonic: a tick is a ns exactly");
	test_monotonic_is_the_kernels();
	if (kernel_uses_counter())
		test_source(true, CLOCK_SOURCE_COUNTER, COUNTER_CLOCKSOURCE);
	else
		skip(1, "this machine's counter is no clock");
	is_u64(clock_elapsed_ticks(100, 130), 30, "elapsed: the difference");
	is_u64(clock_elapsed_ticks(130, 100), 0, "elapsed: 0 where the later reading is the smaller");
	is_u64(clock_elapsed_ticks(100, 100), 0, "elapsed: 0 between equal readings");
	return done();
}
