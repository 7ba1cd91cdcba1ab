/* SPDX-License-Identifier: MIT */
/* known_waits: a lock that is waited for exactly `rounds` times, and how long that took by the program's own clock.
 *
 * Called from   live test programs, any thread; several at once with a struct and a mutex each.
 */
#ifndef CONTEND_TESTS_KNOWN_WAITS_H
#define CONTEND_TESTS_KNOWN_WAITS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"

/* Kept out of line and without tail calls, so that the function has a frame under its own name at every -O. */
#if __has_attribute(noclone)
#define OWN_FRAME __attribute__((noinline, noclone))
#else
#define OWN_FRAME __attribute__((noinline))
#endif
#define NO_TAIL_CALL() __asm__ volatile("" ::: "memory")

struct known_waits {
	pthread_mutex_t *mutex;
	int (*lock)(pthread_mutex_t *mutex);     /* what the waiter calls */
	void (*hold)(struct known_waits *waits); /* what the holder calls: lock, known_waits_held, unlock */
	unsigned rounds;
	unsigned hold_ms;
	_Atomic unsigned turn; /* odd: held, the waiter may come; even: the next round may begin */
	uint64_t waited_ns;    /* out: inside `lock`, all rounds */
	int error;             /* out: the last error of `lock` */
};

static inline void known_waits_await(struct known_waits *waits, unsigned turn)
{
	while (atomic_load(&waits->turn) != turn)
		t_sleep_ms(1);
}

/* The holder has the lock: lets the waiter come and keeps it waiting. */
static inline void known_waits_held(struct known_waits *waits)
{
	atomic_fetch_add(&waits->turn, 1);
	t_sleep_ms(waits->hold_ms);
}

static inline void *known_waits_holder(void *argument)
{
	struct known_waits *waits = argument;

	for (unsigned i = 0; i < waits->rounds; i++) {
		waits->hold(waits);
		known_waits_await(waits, 2 * i + 2);
	}
	return NULL;
}

static inline void known_waits_run(struct known_waits *waits)
{
	pthread_t holder;

	if (pthread_create(&holder, NULL, known_waits_holder, waits))
		abort();
	for (unsigned i = 0; i < waits->rounds; i++) {
		uint64_t since_ns;
		int error;

		known_waits_await(waits, 2 * i + 1);
		since_ns = t_now_ns();
		error = waits->lock(waits->mutex);
		waits->waited_ns += t_now_ns() - since_ns;
		if (error)
			waits->error = error;
		else
			pthread_mutex_unlock(waits->mutex);
		atomic_fetch_add(&waits->turn, 1);
	}
	pthread_join(holder, NULL);
}

#endif
