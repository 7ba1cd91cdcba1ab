/* SPDX-License-Identifier: MIT */
/* storm unwinders: a second profiler, whose SIGPROF handler unwinds: in turn with backtrace(), with libunwind's unw_backtrace and
 * with its unw_step from the interrupted context. It comes by CPU time as profilers have it, and at random for all threads. */
#include <dlfcn.h>
#include <execinfo.h>
#include <sys/time.h>
#define UNW_LOCAL_ONLY
#include <libunwind.h>

#include "stress.h"
#include "tasks.h"

#define NAME_OF(macro)     NAME_AS_TEXT(macro)
#define NAME_AS_TEXT(name) #name

enum {
	FRAMES = 64,
	DEPTH = 12,       /* of the workers' own stacks, at least */
	PERIOD_US = 1000, /* the kernel does it every tick */
	FOREIGN_AT_ONCE = 2,
	WAYS = 3,
	SAMPLES_LEAST = 100,
};

static struct {
	_Atomic bool is_open;
	_Atomic uint64_t samples, deep;
	int (*unw_backtrace)(void **frames, int limit);
	__typeof__(unw_init_local2) *init;
	__typeof__(unw_step) *step;
} unwinders;

static __thread bool is_worker; /* of this storm: it has called unw_backtrace before it can be interrupted */

static int unwind_stepwise(void *context)
{
	unw_cursor_t cursor;
	int depth = 0;

	if (unwinders.init(&cursor, context, UNW_INIT_SIGNAL_FRAME) != 0)
		return 0;
	while (depth < FRAMES && unwinders.step(&cursor) > 0)
		depth++;
	return depth;
}

static int unwind(unsigned way, void *context)
{
	void *frames[FRAMES];

	switch (way) {
	case 0:
		return backtrace(frames, FRAMES);
	case 1:
		return unwinders.unw_backtrace(frames, FRAMES);
	default:
		return unwind_stepwise(context);
	}
}

/* Where a thread's first unw_backtrace is in a handler, it allocates the thread's variables there, inside of the malloc, maybe, that was
 * interrupted. */
static unsigned next_way(void)
{
	unsigned way = atomic_fetch_add(&unwinders.samples, 1) % WAYS;

	return way == 1 && !is_worker ? 0 : way;
}

/* "uncounted": libunwind has locks, for which its users may wait. */
__attribute__((noinline)) static void uncounted_sample(int signal, siginfo_t *info, void *context)
{
	int error = errno, cancel_state;

	(void)signal, (void)info;
	if (!atomic_load(&unwinders.is_open))
		return;
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state);
	if (unwind(next_way(), context) >= DEPTH && is_worker)
		atomic_fetch_add(&unwinders.deep, 1);
	errno = error; /* before the next line, which may not return */
	pthread_setcancelstate(cancel_state, &cancel_state);
}

static bool is_over(const struct stress *stress)
{
	return stress_is_over(stress) && atomic_load(&unwinders.samples) >= SAMPLES_LEAST;
}

__attribute__((noinline)) static void wait_below(struct stress_worker *worker, unsigned depth)
{
	if (depth > 0)
		wait_below(worker, depth - 1);
	else
		certain_wait(stress_next(&worker->random));
	__asm__ volatile("" ::: "memory"); /* no tail call */
}

static void *be_sampled(void *argument)
{
	struct stress_worker *worker = argument;
	sigset_t samples, before;

	sigemptyset(&samples);
	sigaddset(&samples, SIGPROF);
	pthread_sigmask(SIG_BLOCK, &samples, &before);
	need(unwind(1, NULL) > 0, "unw_backtrace works");
	is_worker = true;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	while (!is_over(worker->stress))
		wait_below(worker, DEPTH);
	return NULL;
}

/* They load and map what they need at their first use. */
static void load(void)
{
	void *library = dlopen("libunwind.so.8", RTLD_NOW | RTLD_LOCAL);
	unw_context_t context;

	need(library, "libunwind: %s", dlerror());
	unwinders.unw_backtrace = (int (*)(void **, int))dlsym(library, "unw_backtrace");
	unwinders.init = (__typeof__(unw_init_local2) *)dlsym(library, NAME_OF(unw_init_local2));
	unwinders.step = (__typeof__(unw_step) *)dlsym(library, NAME_OF(unw_step));
	need(unwinders.unw_backtrace && unwinders.init && unwinders.step, "libunwind's functions");
	memset(&context, 0, sizeof(context));
	getcontext((ucontext_t *)&context);
	for (unsigned way = 0; way < WAYS; way++)
		need(unwind(way, &context) > 0, "way %u works", way);
}

static void set_timer(long period_us)
{
	struct itimerval often = {{0, period_us}, {0, period_us}};

	need(!setitimer(ITIMER_PROF, &often, NULL), "timer");
}

void storm_unwinders(const struct stress *stress)
{
	struct sigaction action = {.sa_sigaction = uncounted_sample, .sa_flags = SA_RESTART | SA_SIGINFO};
	struct tasks_pest pest = {.stress = stress, .signal = SIGPROF, .at_once = FOREIGN_AT_ONCE, .pause_us = 1000};

	ledger_mix();
	load();
	need(!sigaction(SIGPROF, &action, NULL), "handler");
	atomic_store(&unwinders.is_open, true);
	set_timer(PERIOD_US);
	tasks_pest_start(&pest);
	stress_run(stress, stress->threads, be_sampled, NULL);
	tasks_pest_join(&pest);
	set_timer(0);
	atomic_store(&unwinders.is_open, false);
	need(unwinders.deep > 0, "stacks were seen: %ju of %ju", (uintmax_t)unwinders.deep,
	     (uintmax_t)unwinders.samples);
	stress_note("stacks unwound by another", unwinders.samples);
}
