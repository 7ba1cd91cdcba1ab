/* SPDX-License-Identifier: MIT */
/* wakers: threads that wait for a condition, a semaphore, a barrier, and whoever ends their waits; each by a function of its
 * own. Then a semaphore that is used as a lock. Each wait lasts HOLD_MS at least; ROUNDS of each. */
#include <limits.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <threads.h>

#include "known_waits.h"

enum { ROUNDS = 5, HOLD_MS = 20, WAITERS = 3 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static unsigned permits; /* with the mutex held */
static sem_t queue, lock;
static pthread_barrier_t barrier, everybody, two;
static _Atomic unsigned waiting;

OWN_FRAME static void wait_for_permit(void)
{
	pthread_mutex_lock(&mutex);
	atomic_fetch_add(&waiting, 1);
	while (!permits)
		pthread_cond_wait(&cond, &mutex);
	permits--;
	pthread_mutex_unlock(&mutex);
	NO_TAIL_CALL();
}

/* All `count` waiters wait: held up for a while, the condition's with the mutex seen free. */
static void keep_waiting(unsigned count)
{
	t_await(&waiting, count);
	pthread_mutex_lock(&mutex);
	pthread_mutex_unlock(&mutex);
	t_sleep_ms(HOLD_MS);
	atomic_store(&waiting, 0);
}

OWN_FRAME static void permit_one(void)
{
	pthread_mutex_lock(&mutex);
	permits++;
	pthread_cond_signal(&cond);
	pthread_mutex_unlock(&mutex);
	NO_TAIL_CALL();
}

OWN_FRAME static void permit_all(void)
{
	pthread_mutex_lock(&mutex);
	permits += WAITERS;
	pthread_cond_broadcast(&cond);
	pthread_mutex_unlock(&mutex);
	NO_TAIL_CALL();
}

OWN_FRAME static void consume(void)
{
	atomic_fetch_add(&waiting, 1);
	sem_wait(&queue);
	NO_TAIL_CALL();
}

OWN_FRAME static void produce(unsigned round)
{
	(void)round;
	for (int i = 0; i < WAITERS; i++)
		sem_post(&queue);
	NO_TAIL_CALL();
}

OWN_FRAME static void arrive(void)
{
	atomic_fetch_add(&waiting, 1);
	pthread_barrier_wait(&barrier);
	NO_TAIL_CALL();
}

OWN_FRAME static void arrive_last(unsigned round)
{
	(void)round;
	pthread_barrier_wait(&barrier);
	NO_TAIL_CALL();
}

OWN_FRAME static void time_out(void)
{
	struct timespec deadline;

	clock_gettime(CLOCK_REALTIME, &deadline);
	deadline.tv_nsec = (deadline.tv_nsec + 1000000) % 1000000000;
	pthread_mutex_lock(&mutex);
	pthread_cond_timedwait(&cond, &mutex, &deadline);
	pthread_mutex_unlock(&mutex);
	NO_TAIL_CALL();
}

OWN_FRAME static void hold_semaphore(void)
{
	sem_wait(&lock);
	atomic_fetch_add(&waiting, 1);
	t_sleep_ms(HOLD_MS);
	sem_post(&lock);
	NO_TAIL_CALL();
}

OWN_FRAME static void want_semaphore(void)
{
	t_await(&waiting, 1);
	sem_wait(&lock);
	sem_post(&lock);
	NO_TAIL_CALL();
}

/* Nobody is in two rounds: a fast waiter would take what was meant for a slow one. */
static void next_round(pthread_barrier_t *all)
{
	pthread_barrier_wait(all);
	NO_TAIL_CALL();
}

static void permit(unsigned round)
{
	if (round % 2)
		permit_all();
	for (int i = 0; round % 2 == 0 && i < WAITERS; i++)
		permit_one();
}

static void rounds(unsigned number, void (*wait)(void), void (*wake)(unsigned round))
{
	for (unsigned round = 0; round < ROUNDS; round++) {
		next_round(&everybody);
		if (number) {
			wait();
			continue;
		}
		keep_waiting(WAITERS);
		wake(round);
	}
}

static void contend_for_semaphore(unsigned number)
{
	for (int i = 0; i < ROUNDS; i++) {
		next_round(&two);
		atomic_store(&waiting, 0);
		next_round(&two);
		if (number)
			want_semaphore();
		else
			hold_semaphore();
	}
}

static void body(unsigned number, void *argument)
{
	(void)argument;
	rounds(number, wait_for_permit, permit);
	rounds(number, consume, produce);
	rounds(number, arrive, arrive_last);
	if (!number)
		time_out();
	if (number < 2)
		contend_for_semaphore(number);
}

int main(void)
{
	sem_init(&queue, 0, 0);
	sem_init(&lock, 0, 1);
	pthread_barrier_init(&barrier, NULL, WAITERS + 1);
	pthread_barrier_init(&everybody, NULL, WAITERS + 1);
	pthread_barrier_init(&two, NULL, 2);
	t_run(1 + WAITERS, body, NULL);
	return 0;
}
