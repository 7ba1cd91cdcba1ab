/* SPDX-License-Identifier: MIT */
/* known_waits: something that is waited for exactly `rounds` times, and how long that took by the program's own clock.
 *
 * Called from   live test programs in C and C++, any thread; several at once with a struct and an object each.
 * One round     the holder takes the object, the waiter comes, the holder keeps it waiting and lets go; or, where the waiter
 *               is to give up, holds on until it has. What need not be taken (a semaphore that is posted, a thread that
 *               ends) is "let go" by what ends the wait.
 */
#ifndef CONTEND_TESTS_KNOWN_WAITS_H
#define CONTEND_TESTS_KNOWN_WAITS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "hazard/hazard.h"

/* Kept out of line, apart from others of the same text (which would be made one), and without tail calls, so that the
 * function has a frame under its own name at every -O. */
#if __has_attribute(noipa)
#define OWN_FRAME __attribute__((noipa))
#else
#define OWN_FRAME __attribute__((noinline))
#endif
#define NO_TAIL_CALL() __asm__ volatile("" ::: "memory")

/* That long from now, as an argument (of C: C++ has its own). */
#define DEADLINE(clock, ms) ((struct timespec[]){hazard_deadline(clock, ms)})

enum {
	KNOWN_WAITS_TURNS = 3, /* of one round: it is held; the waiter comes; the waiter is back */
};

struct known_waits {
	void *object;                            /* what is waited for */
	int (*wait)(void *object);               /* what the waiter calls: waits, and lets go again what it got */
	void (*hold)(struct known_waits *waits); /* what the holder calls: takes, known_waits_held, lets go */
	unsigned rounds;
	unsigned hold_ms;
	int expected;     /* what `wait` is to return; not 0: it is to give up */
	bool is_spinning; /* it waits without sleeping */
	unsigned turn;    /* how many have been taken; atomic, hands over what the waiter says of itself */
	pid_t waiter;
	uint64_t since_ns;  /* when it came */
	uint64_t waited_ns; /* out: inside `wait`, all rounds */
	uint64_t caused_ns; /* out: of it, before the holder let go */
	unsigned wrong;     /* out: how often `wait` returned something else than expected */
};

static inline void known_waits_turn(struct known_waits *waits)
{
	__atomic_fetch_add(&waits->turn, 1, __ATOMIC_ACQ_REL);
}

static inline void known_waits_await(struct known_waits *waits, unsigned turn)
{
	while (__atomic_load_n(&waits->turn, __ATOMIC_ACQUIRE) < turn)
		t_sleep_ms(1);
}

/* The holder has it: lets the waiter come, and go without it. */
static inline void known_waits_outlast(struct known_waits *waits)
{
	unsigned turn = __atomic_load_n(&waits->turn, __ATOMIC_ACQUIRE);

	known_waits_turn(waits);
	known_waits_await(waits, turn + KNOWN_WAITS_TURNS);
}

/* The holder has it: lets the waiter come and keeps it waiting. */
static inline void known_waits_held(struct known_waits *waits)
{
	unsigned turn = __atomic_load_n(&waits->turn, __ATOMIC_ACQUIRE);

	if (waits->expected) {
		known_waits_outlast(waits);
		return;
	}
	known_waits_turn(waits);
	known_waits_await(waits, turn + KNOWN_WAITS_TURNS - 1);
	if (!waits->is_spinning)
		hazard_await_asleep(waits->waiter);
	t_sleep_ms(waits->hold_ms);
	waits->caused_ns += t_now_ns() - waits->since_ns;
}

static inline void *known_waits_holder(void *argument)
{
	struct known_waits *waits = (struct known_waits *)argument;

	for (unsigned i = 1; i <= waits->rounds; i++) {
		waits->hold(waits);
		known_waits_await(waits, i * KNOWN_WAITS_TURNS);
	}
	return NULL;
}

static inline void known_waits_wait(struct known_waits *waits)
{
	int result;

	waits->waiter = gettid();
	waits->since_ns = t_now_ns();
	known_waits_turn(waits);
	result = waits->wait(waits->object);
	waits->waited_ns += t_now_ns() - waits->since_ns;
	waits->wrong += result != waits->expected;
	known_waits_turn(waits);
}

static inline void known_waits_run(struct known_waits *waits)
{
	pthread_t holder;

	if (pthread_create(&holder, NULL, known_waits_holder, waits))
		abort();
	for (unsigned i = 0; i < waits->rounds; i++) {
		known_waits_await(waits, i * KNOWN_WAITS_TURNS + 1);
		known_waits_wait(waits);
	}
	pthread_join(holder, NULL);
}

/* A `wait` and a `hold` of that name, for a mutex. */
#define KNOWN_WAIT(name)                                                                                               \
	OWN_FRAME static int name(void *object)                                                                        \
	{                                                                                                              \
		pthread_mutex_t *mutex = object;                                                                       \
		int error = pthread_mutex_lock(mutex);                                                                 \
                                                                                                                       \
		pthread_mutex_unlock(mutex);                                                                           \
		NO_TAIL_CALL();                                                                                        \
		return error;                                                                                          \
	}
#define KNOWN_HOLD(name)                                                                                               \
	OWN_FRAME static void name(struct known_waits *waits)                                                          \
	{                                                                                                              \
		pthread_mutex_lock(waits->object);                                                                     \
		known_waits_held(waits);                                                                               \
		pthread_mutex_unlock(waits->object);                                                                   \
		NO_TAIL_CALL();                                                                                        \
	}

#endif
