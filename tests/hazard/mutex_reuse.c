/* SPDX-License-Identifier: MIT
 *
 * Goal: mutexes that live shortly, on the stack, on the heap at the same addresses, copied as bytes, never destroyed, contended
 * each: memory does not grow, none is taken for another.
 */
#include "hazard.h"

enum {
	ROUNDS = 1500,
	GROWTH_LIMIT_KB = 2048, /* from the first tenth to the end */
};

struct job {
	pthread_mutex_t *mutex;
	_Atomic int taken, release;
};

static void *hold(void *argument)
{
	struct job *job = argument;

	pthread_mutex_lock(job->mutex);
	job->taken = 1;
	while (!job->release)
		sched_yield();
	pthread_mutex_unlock(job->mutex);
	return NULL;
}

static void contend_for(pthread_mutex_t *mutex)
{
	struct timespec soon = hazard_deadline(CLOCK_MONOTONIC, 0);
	struct job job = {.mutex = mutex};
	pthread_t holder = hazard_start(hold, &job);

	while (!job.taken)
		sched_yield();
	soon.tv_nsec += 50000;
	soon.tv_sec += soon.tv_nsec >= 1000000000;
	soon.tv_nsec %= 1000000000;
	need(pthread_mutex_clocklock(mutex, CLOCK_MONOTONIC, &soon) == ETIMEDOUT, "held by the other");
	job.release = 1;
	need(!pthread_mutex_lock(mutex), "lock");
	need(!pthread_mutex_unlock(mutex), "unlock");
	hazard_join(holder);
}

static void on_the_stack(int pad)
{
	char frame[pad * 64 + 16];
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

	__asm__ volatile("" ::"r"(frame) : "memory");
	contend_for(&mutex);
}

static void on_the_heap(void)
{
	pthread_mutex_t *mutex = calloc(1, sizeof(*mutex)), *copy;

	contend_for(mutex);
	copy = malloc(sizeof(*copy));
	memcpy(copy, mutex, sizeof(*copy)); /* free mutexes are copied as bytes by many */
	free(mutex);
	contend_for(copy);
	free(copy);
}

int main(void)
{
	long early_kb = 0;

	hazard_limit(30);
	for (int i = 0; i < ROUNDS; i++) {
		on_the_stack(i % 32);
		on_the_heap();
		if (i == ROUNDS / 10)
			early_kb = hazard_resident_kb();
	}
	need(hazard_resident_kb() - early_kb < GROWTH_LIMIT_KB, "memory grew by %ld KB",
	     hazard_resident_kb() - early_kb);
	return 0;
}
