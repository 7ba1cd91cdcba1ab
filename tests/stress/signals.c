/* SPDX-License-Identifier: MIT */
/* storm signals: a timer of 10 kHz for every thread of its own, and the same signal at random for the threads of others. The handlers
 * make every call that a handler may, whatever they interrupt: each does its work, and is counted. errno stays. */
#include "calls.h"
#include "stress.h"
#include "tasks.h"

enum {
	PERIOD_NS = 100000,
	FOREIGN_AT_ONCE = 4,
	QUIET_ROUNDS = 1000,
	ERRNO_KEPT = 4711,
	CALLS_LEAST = 400, /* each of them a few times, however busy the machine */
};

static struct {
	_Atomic bool is_open;
	_Atomic uint64_t handled;
	_Atomic uint32_t inside; /* handlers that run */
} signals;

/* Not cancelled here: it would leave the handler, and what it has open, without a word. */
static void handle(int signal)
{
	int error = errno, cancel_state;

	(void)signal;
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state);
	atomic_fetch_add(&signals.inside, 1);
	if (atomic_load(&signals.is_open))
		certain_call(atomic_fetch_add(&signals.handled, 1));
	atomic_fetch_sub(&signals.inside, 1);
	errno = error; /* before the next line, which may not return */
	pthread_setcancelstate(cancel_state, &cancel_state);
}

/* With SA_RESTART or without, as the seed has it. */
static void install(const struct stress *stress)
{
	struct sigaction action = {.sa_handler = handle, .sa_flags = stress->seed % 2 ? SA_RESTART : 0};

	sigaddset(&action.sa_mask, SIGHUP);
	sigaddset(&action.sa_mask, SIGURG);
	need(!sigaction(SIGUSR1, &action, NULL), "handler");
}

/* Nothing here but handlers touches errno. */
static void keep_errno(pthread_mutex_t *mutex)
{
	errno = ERRNO_KEPT;
	for (int round = 0; round < QUIET_ROUNDS; round++)
		need(!pthread_mutex_lock(mutex) && !pthread_mutex_unlock(mutex), "a mutex of its own");
	need(errno == ERRNO_KEPT, "errno is left alone: %d", errno);
}

static bool is_over(const struct stress *stress)
{
	return stress_is_over(stress) && atomic_load(&signals.handled) >= CALLS_LEAST;
}

static void *be_interrupted(void *argument)
{
	struct stress_worker *worker = argument;
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	timer_t timer = hazard_start_timer(PERIOD_NS);

	while (!is_over(worker->stress)) {
		certain_wait(stress_next(&worker->random));
		if (stress_below(&worker->random, 64) == 0)
			keep_errno(&mutex);
	}
	need(!timer_delete(timer), "timer");
	return NULL;
}

/* Signals may be under way, or blocked for long: what comes late finds nothing to do. */
static void close_signals(void)
{
	atomic_store(&signals.is_open, false);
	while (atomic_load(&signals.inside))
		unseen_sleep_us(100);
	calls_close();
}

void storm_signals(const struct stress *stress)
{
	struct tasks_pest pest = {
		.stress = stress, .signal = SIGUSR1, .at_once = FOREIGN_AT_ONCE, .pause_us = PERIOD_NS / 1000};

	calls_open();
	install(stress);
	atomic_store(&signals.is_open, true);
	tasks_pest_start(&pest);
	stress_run(stress, stress->threads, be_interrupted, NULL);
	tasks_pest_join(&pest);
	close_signals();
	stress_note("calls in handlers", signals.handled);
}
