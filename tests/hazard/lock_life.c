/* SPDX-License-Identifier: MIT */
/* Goal: whatever init and destroy answer of a lock, they answer with us, of every family, also where they refuse; errno is not
 * touched; and locks that come and go at one address, in many threads at once, still lock. */
#include <errno.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <threads.h>

#include "hazard.h"

enum { THREADS = 4, ROUNDS = 2000 };

static void say(const char *what, int result)
{
	printf("%s: %d, errno %d\n", what, result, errno);
	errno = 77;
}

static void try_mutexes(void)
{
	pthread_mutexattr_t attributes;
	pthread_mutex_t mutex;

	pthread_mutexattr_init(&attributes);
	for (int type = PTHREAD_MUTEX_NORMAL; type <= PTHREAD_MUTEX_ADAPTIVE_NP; type++) {
		pthread_mutexattr_settype(&attributes, type);
		say("pthread_mutex_init", pthread_mutex_init(&mutex, &attributes));
		say("pthread_mutex_lock", pthread_mutex_lock(&mutex));
		say("pthread_mutex_destroy of a taken one", pthread_mutex_destroy(&mutex));
		say("pthread_mutex_unlock", pthread_mutex_unlock(&mutex));
		say("pthread_mutex_destroy", pthread_mutex_destroy(&mutex));
		say("pthread_mutex_lock of a destroyed one", pthread_mutex_lock(&mutex));
	}
	say("pthread_mutex_init", pthread_mutex_init(&mutex, NULL));
	say("pthread_mutex_destroy", pthread_mutex_destroy(&mutex));
	pthread_mutexattr_destroy(&attributes);
}

static void try_others(void)
{
	pthread_rwlock_t rwlock;
	pthread_spinlock_t spin;
	mtx_t mutex;
	sem_t semaphore;

	say("mtx_init", mtx_init(&mutex, mtx_plain));
	mtx_destroy(&mutex);
	say("mtx_init of no type", mtx_init(&mutex, 99));
	say("pthread_rwlock_init", pthread_rwlock_init(&rwlock, NULL));
	say("pthread_rwlock_destroy", pthread_rwlock_destroy(&rwlock));
	say("pthread_spin_init", pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE));
	say("pthread_spin_lock", pthread_spin_lock(&spin));
	say("pthread_spin_unlock", pthread_spin_unlock(&spin));
	say("pthread_spin_destroy", pthread_spin_destroy(&spin));
	say("sem_init", sem_init(&semaphore, 0, 1));
	say("sem_destroy", sem_destroy(&semaphore));
	say("sem_init of too much", sem_init(&semaphore, 0, 1u << 31));
}

static pthread_mutex_t shared[2]; /* each for two threads */
static long counts[2];
static pthread_barrier_t pair[2];

/* One of two makes the lock, both use it, one ends it. */
static void *come_and_go(void *number)
{
	unsigned which = (uintptr_t)number % 2;

	for (int round = 0; round < ROUNDS; round++) {
		bool is_maker = pthread_barrier_wait(&pair[which]) == PTHREAD_BARRIER_SERIAL_THREAD;

		if (is_maker)
			pthread_mutex_init(&shared[which], NULL);
		pthread_barrier_wait(&pair[which]);
		pthread_mutex_lock(&shared[which]);
		counts[which]++;
		pthread_mutex_unlock(&shared[which]);
		pthread_barrier_wait(&pair[which]);
		if (is_maker)
			pthread_mutex_destroy(&shared[which]);
	}
	return NULL;
}

int main(void)
{
	pthread_t threads[THREADS];

	errno = 77;
	try_mutexes();
	try_others();
	for (int i = 0; i < 2; i++)
		pthread_barrier_init(&pair[i], NULL, THREADS / 2);
	for (uintptr_t i = 0; i < THREADS; i++)
		threads[i] = hazard_start(come_and_go, (void *)i);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	printf("counted %ld and %ld\n", counts[0], counts[1]);
	return counts[0] == counts[1] && counts[0] == ROUNDS * THREADS / 2 ? 0 : 1;
}
