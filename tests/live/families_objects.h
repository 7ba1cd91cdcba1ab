/* SPDX-License-Identifier: MIT */
/* families_objects: what the rows of families.def wait for. make_NAME makes one of that name; 0 or an error. */
#ifndef CONTEND_TESTS_FAMILIES_OBJECTS_H
#define CONTEND_TESTS_FAMILIES_OBJECTS_H

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdbool.h>
#include <threads.h>

/* Anything that is waited for, and a condition that goes with it. The struct's address is that of each member of its first
 * union, so that functions of any of them take it. */
struct object {
	union {
		pthread_mutex_t mutex;
		pthread_rwlock_t rwlock;
		pthread_spinlock_t spin;
		mtx_t mtx;
		sem_t semaphore;
		pthread_barrier_t barrier;
		pthread_once_t once;
		once_flag flag;
		pthread_t thread;
		thrd_t c11_thread;
	};
	union {
		pthread_cond_t cond;
		cnd_t cnd;
	};
	bool is_given; /* the condition; protected by the mutex */
};

static inline int make_nothing(void *it)
{
	(void)it;
	return 0;
}

static inline int make_mutex(void *it, int (*set)(pthread_mutexattr_t *attributes, int value), int value)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	if (set)
		set(&attributes, value);
	return pthread_mutex_init(it, &attributes);
}

static inline int make_normal(void *it)
{
	return make_mutex(it, NULL, 0);
}

static inline int make_recursive(void *it)
{
	return make_mutex(it, pthread_mutexattr_settype, PTHREAD_MUTEX_RECURSIVE);
}

static inline int make_errorcheck(void *it)
{
	return make_mutex(it, pthread_mutexattr_settype, PTHREAD_MUTEX_ERRORCHECK);
}

static inline int make_adaptive(void *it)
{
	return make_mutex(it, pthread_mutexattr_settype, PTHREAD_MUTEX_ADAPTIVE_NP);
}

static inline int make_robust(void *it)
{
	return make_mutex(it, pthread_mutexattr_setrobust, PTHREAD_MUTEX_ROBUST);
}

static inline int make_inherit(void *it)
{
	return make_mutex(it, pthread_mutexattr_setprotocol, PTHREAD_PRIO_INHERIT);
}

static inline int set_ceiling(pthread_mutexattr_t *attributes, int ceiling)
{
	pthread_mutexattr_setprotocol(attributes, PTHREAD_PRIO_PROTECT);
	return pthread_mutexattr_setprioceiling(attributes, ceiling);
}

/* glibc refuses a priority ceiling to threads that are not real-time; the holder inherits the policy. */
static inline int make_protect(void *it)
{
	struct sched_param lowest = {sched_get_priority_min(SCHED_FIFO)};
	int error = make_mutex(it, set_ceiling, lowest.sched_priority);

	return error ? error : pthread_setschedparam(pthread_self(), SCHED_FIFO, &lowest);
}

static inline int make_shared(void *it)
{
	return make_mutex(it, pthread_mutexattr_setpshared, PTHREAD_PROCESS_SHARED);
}

static inline int make_cond(void *it)
{
	struct object *object = it;

	return make_normal(it) || pthread_cond_init(&object->cond, NULL);
}

static inline int make_rwlock(void *it)
{
	return pthread_rwlock_init(it, NULL);
}

static inline int make_spin(void *it)
{
	return pthread_spin_init(it, PTHREAD_PROCESS_PRIVATE);
}

static inline int make_mtx_plain(void *it)
{
	return mtx_init(it, mtx_plain);
}

static inline int make_mtx_recursive(void *it)
{
	return mtx_init(it, mtx_plain | mtx_recursive);
}

static inline int make_mtx_timed(void *it)
{
	return mtx_init(it, mtx_timed);
}

static inline int make_cnd(void *it)
{
	struct object *object = it;

	return make_mtx_plain(it) || cnd_init(&object->cnd);
}

static inline int make_semaphore(void *it)
{
	return sem_init(it, 0, 0);
}

static inline int make_barrier(void *it)
{
	return pthread_barrier_init(it, NULL, 2);
}

#endif
