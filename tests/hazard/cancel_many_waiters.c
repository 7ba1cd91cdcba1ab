/* SPDX-License-Identifier: MIT
 *
 * Goal: threads cancelled at random moments, while others contend, wait and time out, leave nothing wrong behind: the
 * survivors go on, every cancelled thread runs its handler. Asynchronously too, where the wait's own bookkeeping is cut.
 */
#include <semaphore.h>

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

static sem_t semaphore;
static _Atomic unsigned cut;

static void count(void *argument)
{
	(void)argument;
	cut++;
}

/* Times out again and again, so that it is hardly ever asleep: the cancellation cuts whatever it does. */
static void *asynchronous_victim(void *argument)
{
	int before;

	(void)argument;
	pthread_cleanup_push(count, NULL);
	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &before);
	for (;;) {
		struct timespec now = hazard_deadline(CLOCK_MONOTONIC, 0);

		sem_clockwait(&semaphore, CLOCK_MONOTONIC, &now);
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

static void cancel_all(void *(*body)(void *))
{
	pthread_t victims[VICTIMS];

	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < VICTIMS; i++)
			victims[i] = hazard_start(body, NULL);
		hazard_sleep_us(round * 37 % 2000);
		for (int i = 0; i < VICTIMS; i++)
			pthread_cancel(victims[i]);
		for (int i = 0; i < VICTIMS; i++)
			hazard_join(victims[i]);
	}
}

int main(void)
{
	volatile int stop = 0;
	pthread_t wakers[2];

	hazard_limit(40);
	for (int i = 0; i < 2; i++)
		wakers[i] = hazard_start(waker, (void *)&stop);
	cancel_all(victim);
	need(!sem_init(&semaphore, 0, 0), "semaphore");
	cancel_all(asynchronous_victim);
	stop = 1;
	for (int i = 0; i < 2; i++)
		hazard_join(wakers[i]);
	need(cleaned <= ROUNDS * VICTIMS && cleaned > 0, "handlers ran: %u", cleaned);
	need(cut <= ROUNDS * VICTIMS && cut > 0, "handlers of those cut ran: %u", cut);
	need(!sem_post(&semaphore) && !sem_wait(&semaphore), "the semaphore works");
	need(!pthread_mutex_trylock(&mutex), "the mutex is free in the end");
	return 0;
}
