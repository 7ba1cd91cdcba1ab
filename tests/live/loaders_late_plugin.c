/* SPDX-License-Identifier: MIT */
/* Calls functions of libpthread that libc has, too, and others that it has not, before the first thread and in threads. */
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>

enum { THREADS = 4, ROUNDS = 2000 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_cond_t all_done = PTHREAD_COND_INITIALIZER;
static pthread_once_t early_once = PTHREAD_ONCE_INIT, late_once = PTHREAD_ONCE_INIT;
static sem_t semaphore;
static int sections, onces, threads_done;

int run_threads(void);

static void count_once(void)
{
	onces++;
}

static void must(int error)
{
	if (error)
		abort();
}

static void *work(void *unused)
{
	must(pthread_once(&late_once, count_once));
	for (int round = 0; round < ROUNDS; round++) {
		must(sem_wait(&semaphore));
		must(pthread_rwlock_wrlock(&rwlock));
		must(pthread_mutex_lock(&mutex));
		sections++;
		must(pthread_mutex_unlock(&mutex));
		must(pthread_rwlock_unlock(&rwlock));
		must(sem_post(&semaphore));
	}
	must(pthread_mutex_lock(&mutex));
	threads_done++;
	must(pthread_cond_signal(&all_done));
	must(pthread_mutex_unlock(&mutex));
	return unused;
}

int run_threads(void)
{
	pthread_t threads[THREADS];

	must(pthread_once(&early_once, count_once));
	must(pthread_once(&early_once, count_once));
	must(pthread_mutex_lock(&mutex));
	must(pthread_mutex_unlock(&mutex));
	must(sem_init(&semaphore, 0, 2));
	for (int i = 0; i < THREADS; i++)
		must(pthread_create(&threads[i], NULL, work, NULL));
	must(pthread_mutex_lock(&mutex));
	while (threads_done < THREADS)
		must(pthread_cond_wait(&all_done, &mutex));
	must(pthread_mutex_unlock(&mutex));
	for (int i = 0; i < THREADS; i++)
		must(pthread_join(threads[i], NULL));
	return onces == 2 ? sections : -1;
}
