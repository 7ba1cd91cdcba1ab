/* SPDX-License-Identifier: MIT */
/* pairs: the objects that the calls of pairs.def and counted.def are about: all free, and wanted by nobody
 * else. */
#ifndef CONTEND_TESTS_PAIRS_H
#define CONTEND_TESTS_PAIRS_H

#include <pthread.h>
#include <semaphore.h>
#include <threads.h>

static __thread pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static __thread pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static __thread pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static __thread pthread_once_t once = PTHREAD_ONCE_INIT;
static __thread pthread_spinlock_t spin;
static __thread pthread_barrier_t barrier;
static __thread sem_t semaphore;
static __thread mtx_t mtx;

static void nothing(void)
{
}

static inline void pairs_init(void)
{
	pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
	pthread_barrier_init(&barrier, NULL, 1);
	sem_init(&semaphore, 0, 1);
	mtx_init(&mtx, mtx_plain);
}

#endif
