/* SPDX-License-Identifier: MIT */
/* matrix_other: the second thread of a cell, that has what the call wants, gives it, interrupts it, or dies with it. It acts
 * on states, not on time: what the main thread does is read from the kernel.
 */
#ifndef CONTEND_TESTS_MATRIX_OTHER_H
#define CONTEND_TESTS_MATRIX_OTHER_H

#include "matrix.h"

static _Atomic unsigned matrix_signals; /* handled so far */

static inline void matrix_handle_signal(int signal)
{
	(void)signal;
	matrix_signals++;
}

/* What SIGUSR1 does from now on: nothing, but end the calls that a signal ends, or have them restarted. */
static inline void matrix_catch_signal(bool restarts)
{
	struct sigaction action = {.sa_handler = matrix_handle_signal, .sa_flags = restarts ? SA_RESTART : 0};

	need(!sigaction(SIGUSR1, &action, NULL), "handler");
}

/* Returns when the main thread sleeps, in its call or, where that returned at once, later. */
static inline void matrix_await_call(void)
{
	while (!matrix_calling)
		hazard_sleep_us(100);
	hazard_await_asleep(getpid());
}

/* Returns that long after the main thread began its call. */
static inline void matrix_await_begin(long us)
{
	while (!matrix_calling)
		hazard_sleep_us(100);
	hazard_sleep_us(us);
}

/* Interrupts the main thread in its call. */
static inline void matrix_interrupt(void)
{
	unsigned before = matrix_signals;

	matrix_await_call();
	need(!syscall(SYS_tgkill, getpid(), getpid(), SIGUSR1), "signal sent");
	while (matrix_signals == before)
		hazard_sleep_us(100);
	hazard_await_asleep(getpid());
}

/* The other party: takes the object and tells; what it does with it then is its conduct. */
enum matrix_conduct {
	KEEPS,          /* until the cell is over */
	KEEPS_FOR_EVER, /* and ends */
	GIVES,          /* gives it back once the main thread sleeps */
	GIVES_SOON,     /* gives it back while the main thread spins: 1 ms after its call began */
	INTERRUPTS,     /* the same, but interrupts that wait first */
	PASSES,         /* has to wait for it, and gives it back at once */
};

struct matrix_other {
	enum matrix_conduct conduct;
	void *object;
	int (*take)(void *object); /* NULL: there is nothing to take */
	int (*give)(void *object);
	pthread_t thread;
	pthread_barrier_t taken, over;
	_Atomic pid_t tid;
	int result; /* of take */
};

static inline void *matrix_other_main(void *argument)
{
	struct matrix_other *other = (struct matrix_other *)argument;

	other->tid = gettid();
	if (other->take)
		other->result = other->take(other->object);
	if (other->conduct != PASSES)
		pthread_barrier_wait(&other->taken);
	if (other->conduct == KEEPS)
		pthread_barrier_wait(&other->over);
	if (other->conduct == GIVES)
		matrix_await_call();
	if (other->conduct == GIVES_SOON)
		matrix_await_begin(1000);
	if (other->conduct == INTERRUPTS)
		matrix_interrupt();
	if (other->conduct != KEEPS_FOR_EVER && !(other->conduct == INTERRUPTS && matrix_returned))
		other->give(other->object);
	return NULL;
}

/* Starts the other party and returns when it has the object, or sleeps because it has to wait for it. */
static inline void matrix_other_start(struct matrix_other *other)
{
	pthread_barrier_init(&other->taken, NULL, 2);
	pthread_barrier_init(&other->over, NULL, 2);
	other->thread = hazard_start(matrix_other_main, other);
	if (other->conduct != PASSES) {
		pthread_barrier_wait(&other->taken);
		return;
	}
	while (!other->tid)
		hazard_sleep_us(100);
	hazard_await_asleep(other->tid);
}

/* The cell is over. */
static inline void matrix_other_end(struct matrix_other *other)
{
	if (other->conduct == KEEPS)
		pthread_barrier_wait(&other->over);
	hazard_join(other->thread);
}

#endif
