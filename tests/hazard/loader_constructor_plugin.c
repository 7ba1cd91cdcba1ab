/* SPDX-License-Identifier: MIT
 * A plug-in whose constructor waits for a thread that uses lock functions for the first time.
 */
#include "hazard.h"

static void *first_calls(void *argument)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
	struct timespec soon = hazard_deadline(CLOCK_MONOTONIC, 2), past = {1, 0};

	pthread_mutex_lock(&mutex);
	need(pthread_mutex_trylock(&mutex) == EBUSY, "trylock");
	need(pthread_mutex_timedlock(&mutex, &past) == ETIMEDOUT, "timedlock");
	need(pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &soon) == ETIMEDOUT, "clocklock");
	need(pthread_cond_timedwait(&cond, &mutex, &past) == ETIMEDOUT, "timedwait");
	need(pthread_cond_clockwait(&cond, &mutex, CLOCK_MONOTONIC, &past) == ETIMEDOUT, "clockwait");
	pthread_cond_signal(&cond);
	pthread_cond_broadcast(&cond);
	pthread_mutex_unlock(&mutex);
	return argument;
}

__attribute__((constructor)) static void constructor(void)
{
	hazard_join(hazard_start(first_calls, NULL));
}
