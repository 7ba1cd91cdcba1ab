/* SPDX-License-Identifier: MIT */
/* storm dumps: SIGUSR2 by the thousand, for the process and for its threads at random, while they wait. Every dump is whole, the next
 * number, begun after the one before it was written and holds no less; after the last request of a burst comes one that
 * holds all that was done before it. (A bare program ignores the signal.) */
#include <limits.h>

#include "profile.h"
#include "stress.h"
#include "tasks.h"

enum {
	PATIENCE_S = 30,
	PAUSE_US = 200,
	BURST_US = 20000,
	DEPTH = 6,
	PROFILES = 3,
};

static struct {
	const char *pattern;  /* NULL: there is no profiler */
	int directory_length; /* of it, with the slash */
	unsigned number;      /* of the next dump */
	struct profile last;
	_Atomic uint64_t waits; /* of ours, over */
} dumps;

static bool exists(const char *path)
{
	return unseen_call(SYS_access, (long)path, F_OK, 0, 0) == 0;
}

/* The file of this dump: "%e.%p.%n", as the rows of the suite have it. */
static void name_file(unsigned number, const char *profile, char *out_path)
{
	snprintf(out_path, PATH_MAX, "%.*s%s.%d.%u.%s.pb.gz", dumps.directory_length, dumps.pattern,
		 program_invocation_short_name, getpid(), number, profile);
}

/* Looks at the next dump, if it is there already. The profiles get their names in this order. */
static bool take_dump(void)
{
	static const char *const profiles[PROFILES] = {"mutex", "block", "wake"};
	struct profile profile, other;
	char path[PATH_MAX];

	name_file(dumps.number, profiles[PROFILES - 1], path);
	if (!exists(path))
		return false;
	for (int i = 0; i < PROFILES; i++) {
		name_file(dumps.number, profiles[i], path);
		need(profile_read(path, i == 1 ? &profile : &other), "dump %u has all its files", dumps.number);
	}
	need(profile.taken_ns >= dumps.last.written_ns, "dump %u began when the one before it was there", dumps.number);
	need(profile.events >= dumps.last.events, "dump %u holds %ju events, the one before it %ju", dumps.number,
	     (uintmax_t)profile.events, (uintmax_t)dumps.last.events);
	dumps.last = profile;
	dumps.last.written_ns = other.written_ns;
	dumps.number++;
	return true;
}

static uint64_t wall_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* A dump that began after `asked_ns`. */
static void await_dump(uint64_t asked_ns, uint64_t waits)
{
	uint64_t end_ns = hazard_now_ns() + PATIENCE_S * UINT64_C(1000000000);

	while (dumps.last.taken_ns < asked_ns) {
		if (!take_dump())
			unseen_sleep_us(500);
		need(hazard_now_ns() < end_ns, "a dump comes after the last request, number %u", dumps.number);
	}
	need(dumps.last.events >= waits, "dump %u holds %ju events, %ju were over when it was asked for",
	     dumps.number - 1, (uintmax_t)dumps.last.events, (uintmax_t)waits);
}

/* One request, and a dump after it. */
static void ask_and_await(void)
{
	uint64_t waits = atomic_load(&dumps.waits), asked_ns = wall_ns();

	need(!unseen_call(SYS_kill, getpid(), SIGUSR2, 0, 0), "asked");
	if (dumps.pattern)
		await_dump(asked_ns, waits);
}

static uint64_t burst(const struct stress *stress, unsigned round)
{
	struct tasks_pest pest = {
		.stress = stress, .signal = SIGUSR2, .at_once = round % 2, .pause_us = round % 3 * PAUSE_US};

	tasks_pest_start(&pest);
	unseen_sleep_us(BURST_US);
	pest.stop = true;
	tasks_pest_join(&pest);
	return pest.sent;
}

/* A stack of its own for each value of `turns`: new ones come while dumps are taken. */
__attribute__((noinline)) static void wait_along(unsigned turns, unsigned depth, uint64_t choice)
{
	if (depth == 0)
		certain_wait(choice);
	else if (turns % 2)
		wait_along(turns / 2, depth - 1, choice);
	else {
		wait_along(turns / 2, depth - 1, choice);
		__asm__ volatile("nop"); /* not the same as the other branch */
	}
	__asm__ volatile(""); /* no tail call */
}

static void *wait_always(void *argument)
{
	struct stress_worker *worker = argument;

	while (!stress_is_over(worker->stress)) {
		uint64_t choice = stress_next(&worker->random);

		wait_along(choice >> 32, DEPTH, choice);
		atomic_fetch_add(&dumps.waits, 1);
	}
	return NULL;
}

static void *run_waits(void *argument)
{
	const struct stress *stress = argument;

	stress_run(stress, stress->threads, wait_always, NULL);
	return NULL;
}

static void open_dumps(void)
{
	struct sigaction action;

	dumps.pattern = getenv("CONTEND_OUT");
	if (dumps.pattern)
		dumps.directory_length = strrchr(dumps.pattern, '/') + 1 - dumps.pattern;
	need(!sigaction(SIGUSR2, NULL, &action), "disposition");
	if (action.sa_handler == SIG_DFL)
		signal(SIGUSR2, SIG_IGN);
}

void storm_dumps(const struct stress *stress)
{
	uint64_t requests = 0;
	pthread_t waits;

	open_dumps();
	waits = hazard_start(run_waits, (void *)stress);
	for (unsigned round = 0; !stress_is_over(stress); round++) {
		requests += burst(stress, round) + 1;
		ask_and_await();
	}
	need(unseen_join(waits), "waits");
	ask_and_await();
	stress_note("requests", requests + 1);
	stress_note("dumps", dumps.number);
}
