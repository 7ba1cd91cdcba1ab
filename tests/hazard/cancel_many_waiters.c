/* SPDX-License-Identifier: MIT
 * limit: 40
 *
 * Goal: threads cancelled at random moments, while others contend, wait and time out, leave nothing wrong behind: the
 * survivors go on, every cancelled thread runs its handler.
 */
#include "hazard.h"

enum {
	ROUNDS = 300,
	VICTIMS = 4,
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static unsigned cleaned; /* protected by mutex */

static void clean(void *argument)
{
	(void)argument;
	cleaned++;
	pthread_mutex_unlock(&mutex);
}

static void *victim(void *argument)
{
	(void)argument;
	pthread_mutex_lock(&mutex);
	pthread_cleanup_push(clean, NULL);
	for (;;) {
		struct timespec soon = hazard_deadline(CLOCK_REALTIME, 1);

		pthread_cond_timedwait(&cond, &mutex, &soon);
	}
	pthread_cleanup_pop(0);
	return NULL;
}

static void *waker(void *argument)
{
	while (!*(volatile int *)argument) {
		pthread_mutex_lock(&mutex);
		pthread_cond_broadcast(&cond);
		pthread_mutex_unlock(&mutex);
		hazard_sleep_us(50);
	}
	return NULL;
}

int main(void)
{
	volatile int stop = 0;
	pthread_t wakers[2], victims[VICTIMS];

	hazard_limit(40);
	for (int i = 0; i < 2; i++)
		wakers[i] = hazard_start(waker, (void *)&stop);
	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < VICTIMS; i++)
			victims[i] = hazard_start(victim, NULL);
		hazard_sleep_us(round * 37 % 2000);
		for (int i = 0; i < VICTIMS; i++)
			pthread_cancel(victims[i]);
		for (int i = 0; i < VICTIMS; i++)
			hazard_join(victims[i]);
	}
	stop = 1;
	for (int i = 0; i < 2; i++)
		hazard_join(wakers[i]);
	need(cleaned <= ROUNDS * VICTIMS && cleaned > 0, "handlers ran: %u", cleaned);
	need(!pthread_mutex_trylock(&mutex), "the mutex is free in the end");
	return 0;
}
