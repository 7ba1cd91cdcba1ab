/* SPDX-License-Identifier: MIT
 *
 * Goal: a broadcast wakes all of 32 waiters, each comes back with the mutex, signals wake one at a time; none is lost in
 * many rounds, with a recursive mutex too.
 */
#include "hazard.h"

enum {
	WAITERS = 32,
	ROUNDS = 100,
};

static pthread_mutex_t mutex;
static pthread_cond_t round_begins = PTHREAD_COND_INITIALIZER, all_passed = PTHREAD_COND_INITIALIZER;
static unsigned round_number, waiting, inside;

static void *waiter(void *argument)
{
	(void)argument;
	for (unsigned round = 1; round <= ROUNDS; round++) {
		pthread_mutex_lock(&mutex);
		if (++waiting == WAITERS)
			pthread_cond_signal(&all_passed);
		while (round_number < round)
			need(!pthread_cond_wait(&round_begins, &mutex), "wait");
		need(inside++ == 0, "alone with the mutex");
		inside--;
		pthread_mutex_unlock(&mutex);
	}
	return NULL;
}

static void run(int type)
{
	pthread_mutexattr_t attributes;
	pthread_t threads[WAITERS];

	round_number = waiting = 0;
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_settype(&attributes, type);
	pthread_mutex_init(&mutex, &attributes);
	for (int i = 0; i < WAITERS; i++)
		threads[i] = hazard_start(waiter, NULL);
	for (unsigned round = 1; round <= ROUNDS; round++) {
		pthread_mutex_lock(&mutex);
		while (waiting < WAITERS)
			need(!pthread_cond_wait(&all_passed, &mutex), "wait for the waiters");
		waiting = 0;
		round_number = round;
		pthread_cond_broadcast(&round_begins);
		pthread_mutex_unlock(&mutex);
	}
	for (int i = 0; i < WAITERS; i++)
		hazard_join(threads[i]);
	need(!pthread_mutex_destroy(&mutex), "the mutex is free in the end");
}

int main(void)
{
	hazard_limit(30);
	run(PTHREAD_MUTEX_NORMAL);
	run(PTHREAD_MUTEX_RECURSIVE);
	return 0;
}
