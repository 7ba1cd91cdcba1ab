/* SPDX-License-Identifier: MIT
 *
 * Goal: a robust mutex whose owner died and that was unlocked without being made consistent answers ENOTRECOVERABLE every
 * time, to every call and thread; it is never wedged (a trylock inside our lock would).
 */
#include "hazard.h"

static pthread_mutex_t mutex;

static void *lock_and_die(void *argument)
{
	(void)argument;
	need(!pthread_mutex_lock(&mutex), "locked by the thread that dies");
	return NULL;
}

static void *ask(void *argument)
{
	struct timespec soon = hazard_deadline(CLOCK_REALTIME, 50);

	(void)argument;
	for (int i = 0; i < 100; i++) {
		need(pthread_mutex_lock(&mutex) == ENOTRECOVERABLE, "lock, time %d", i);
		need(pthread_mutex_timedlock(&mutex, &soon) == ENOTRECOVERABLE, "timedlock, time %d", i);
	}
	return NULL;
}

int main(void)
{
	pthread_mutexattr_t attributes;
	pthread_t askers[4];

	hazard_limit(10);
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&mutex, &attributes);
	hazard_join(hazard_start(lock_and_die, NULL));
	need(pthread_mutex_lock(&mutex) == EOWNERDEAD, "the owner died");
	need(!pthread_mutex_unlock(&mutex), "unlocked, not made consistent");
	ask(NULL);
	for (int i = 0; i < 4; i++)
		askers[i] = hazard_start(ask, NULL);
	for (int i = 0; i < 4; i++)
		hazard_join(askers[i]);
	return 0;
}
