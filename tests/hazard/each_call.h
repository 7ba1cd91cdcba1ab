/* SPDX-License-Identifier: MIT */
/* each_call: calls every function that locks, waits or releases, on objects of its own, and checks result and errno.
 *
 * Of C and C++ programs. Takes some 10 ms, most of it time-outs; for any number of threads at a time.
 */
#ifndef CONTEND_TESTS_HAZARD_EACH_CALL_H
#define CONTEND_TESTS_HAZARD_EACH_CALL_H

#include <limits.h>
#include <linux/futex.h>
#include <semaphore.h>
#include <threads.h>

#include "hazard.h"

#define HAZARD_CALL(call, expected, error)                                                                             \
	do {                                                                                                           \
		int result;                                                                                            \
		errno = 4711;                                                                                          \
		result = (call);                                                                                       \
		need(errno == (error), "%s: errno %d is wanted", #call, error);                                        \
		need(result == (expected), "%s returns %d", #call, result);                                            \
	} while (0)

/* A result as the pthread functions give it, errno left alone; a failure as the semaphores' functions tell it. */
#define HAZARD_GIVES(call, expected) HAZARD_CALL(call, expected, 4711)
#define HAZARD_FAILS(call, error)    HAZARD_CALL(call, -1, error)

/* A deadline that is waited for. */
static inline struct timespec hazard_soon(clockid_t clock)
{
	return hazard_deadline(clock, 1);
}

static inline void hazard_call_mutex(void)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER, checking = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
	struct timespec soon = hazard_soon(CLOCK_REALTIME), monotonic = hazard_soon(CLOCK_MONOTONIC), past = {1, 0};

	HAZARD_GIVES(pthread_mutex_lock(&mutex), 0);
	HAZARD_GIVES(pthread_mutex_trylock(&mutex), EBUSY);
	HAZARD_GIVES(pthread_mutex_timedlock(&mutex, &past), ETIMEDOUT);
	HAZARD_GIVES(pthread_mutex_timedlock(&mutex, &soon), ETIMEDOUT);
	HAZARD_GIVES(pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &monotonic), ETIMEDOUT);
	HAZARD_GIVES(pthread_mutex_unlock(&mutex), 0);
	HAZARD_GIVES(pthread_mutex_unlock(&checking), EPERM);
	HAZARD_GIVES(pthread_mutex_lock(&checking), 0);
	HAZARD_GIVES(pthread_mutex_lock(&checking), EDEADLK);
	HAZARD_GIVES(pthread_mutex_unlock(&checking), 0);
}

static inline void hazard_call_cond(void)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
	struct timespec soon = hazard_soon(CLOCK_REALTIME), monotonic = hazard_soon(CLOCK_MONOTONIC), past = {1, 0};

	HAZARD_GIVES(pthread_mutex_lock(&mutex), 0);
	HAZARD_GIVES(pthread_cond_timedwait(&cond, &mutex, &past), ETIMEDOUT);
	HAZARD_GIVES(pthread_cond_timedwait(&cond, &mutex, &soon), ETIMEDOUT);
	HAZARD_GIVES(pthread_cond_clockwait(&cond, &mutex, CLOCK_MONOTONIC, &monotonic), ETIMEDOUT);
	HAZARD_GIVES(pthread_cond_signal(&cond), 0);
	HAZARD_GIVES(pthread_cond_broadcast(&cond), 0);
	HAZARD_GIVES(pthread_mutex_unlock(&mutex), 0);
}

static inline void hazard_call_rwlock(void)
{
	pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
	struct timespec soon = hazard_soon(CLOCK_REALTIME), monotonic = hazard_soon(CLOCK_MONOTONIC), past = {1, 0};

	HAZARD_GIVES(pthread_rwlock_rdlock(&lock), 0);
	HAZARD_GIVES(pthread_rwlock_timedrdlock(&lock, &past), 0);
	HAZARD_GIVES(pthread_rwlock_tryrdlock(&lock), 0);
	HAZARD_GIVES(pthread_rwlock_unlock(&lock), 0);
	HAZARD_GIVES(pthread_rwlock_unlock(&lock), 0);
	HAZARD_GIVES(pthread_rwlock_trywrlock(&lock), EBUSY);
	HAZARD_GIVES(pthread_rwlock_timedwrlock(&lock, &past), ETIMEDOUT);
	HAZARD_GIVES(pthread_rwlock_timedwrlock(&lock, &soon), ETIMEDOUT);
	HAZARD_GIVES(pthread_rwlock_clockwrlock(&lock, CLOCK_MONOTONIC, &monotonic), ETIMEDOUT);
	HAZARD_GIVES(pthread_rwlock_unlock(&lock), 0);
	HAZARD_GIVES(pthread_rwlock_clockwrlock(&lock, CLOCK_REALTIME, &past), 0);
	HAZARD_GIVES(pthread_rwlock_wrlock(&lock), EDEADLK);
	HAZARD_GIVES(pthread_rwlock_rdlock(&lock), EDEADLK);
	HAZARD_GIVES(pthread_rwlock_tryrdlock(&lock), EBUSY);
	HAZARD_GIVES(pthread_rwlock_clockrdlock(&lock, CLOCK_PROCESS_CPUTIME_ID, &past), EINVAL);
	HAZARD_GIVES(pthread_rwlock_unlock(&lock), 0);
}

static inline void hazard_call_semaphore(void)
{
	struct timespec soon = hazard_soon(CLOCK_REALTIME), monotonic = hazard_soon(CLOCK_MONOTONIC), past = {1, 0},
			wrong = {1, 1000000000};
	sem_t semaphore, full;

	HAZARD_GIVES(sem_init(&semaphore, 0, 0), 0);
	HAZARD_GIVES(sem_init(&full, 0, SEM_VALUE_MAX), 0);
	HAZARD_FAILS(sem_trywait(&semaphore), EAGAIN);
	HAZARD_FAILS(sem_timedwait(&semaphore, &past), ETIMEDOUT);
	HAZARD_FAILS(sem_timedwait(&semaphore, &wrong), EINVAL);
	HAZARD_FAILS(sem_timedwait(&semaphore, &soon), ETIMEDOUT);
	HAZARD_FAILS(sem_clockwait(&semaphore, CLOCK_MONOTONIC, &monotonic), ETIMEDOUT);
	HAZARD_FAILS(sem_clockwait(&semaphore, CLOCK_PROCESS_CPUTIME_ID, &monotonic), EINVAL);
	HAZARD_GIVES(sem_post(&semaphore), 0);
	HAZARD_GIVES(sem_wait(&semaphore), 0);
	HAZARD_GIVES(sem_post(&semaphore), 0);
	HAZARD_GIVES(sem_timedwait(&semaphore, &past), 0);
	HAZARD_FAILS(sem_post(&full), EOVERFLOW);
	HAZARD_GIVES(sem_destroy(&semaphore), 0);
}

static inline void hazard_call_c11(void)
{
	struct timespec soon = hazard_soon(CLOCK_REALTIME), again = hazard_deadline(CLOCK_REALTIME, 2),
			duration = {0, 100000};
	mtx_t mutex;
	cnd_t cond;

	HAZARD_GIVES(mtx_init(&mutex, mtx_timed), thrd_success);
	HAZARD_GIVES(cnd_init(&cond), thrd_success);
	HAZARD_GIVES(mtx_lock(&mutex), thrd_success);
	HAZARD_GIVES(mtx_trylock(&mutex), thrd_busy);
	HAZARD_GIVES(mtx_timedlock(&mutex, &soon), thrd_timedout);
	HAZARD_GIVES(cnd_timedwait(&cond, &mutex, &again), thrd_timedout);
	HAZARD_GIVES(cnd_signal(&cond), thrd_success);
	HAZARD_GIVES(cnd_broadcast(&cond), thrd_success);
	HAZARD_GIVES(mtx_unlock(&mutex), thrd_success);
	HAZARD_GIVES(thrd_sleep(&duration, NULL), 0);
	cnd_destroy(&cond);
	mtx_destroy(&mutex);
}

static inline void hazard_once_routine(void)
{
}

static inline void hazard_call_others(void)
{
	pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_barrier_t barrier;
	pthread_spinlock_t spin;

	HAZARD_GIVES(pthread_once(&once, hazard_once_routine), 0);
	HAZARD_GIVES(pthread_once(&once, hazard_once_routine), 0);
	HAZARD_GIVES(pthread_barrier_init(&barrier, NULL, 1), 0);
	HAZARD_GIVES(pthread_barrier_wait(&barrier), PTHREAD_BARRIER_SERIAL_THREAD);
	HAZARD_GIVES(pthread_barrier_destroy(&barrier), 0);
	HAZARD_GIVES(pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE), 0);
	HAZARD_GIVES(pthread_spin_lock(&spin), 0);
	HAZARD_GIVES(pthread_spin_trylock(&spin), EBUSY);
	HAZARD_GIVES(pthread_spin_unlock(&spin), 0);
	HAZARD_GIVES(pthread_join(pthread_self(), NULL), EDEADLK);
	HAZARD_GIVES(pthread_tryjoin_np(pthread_self(), NULL), EBUSY);
}

static inline void hazard_call_futex(void)
{
	struct timespec soon = {0, 1000000};
	unsigned word = 1, own = 0;

	HAZARD_FAILS(syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 2, NULL, NULL, 0), EAGAIN);
	HAZARD_FAILS(syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 1, &soon, NULL, 0), ETIMEDOUT);
	HAZARD_FAILS(syscall(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, 1, NULL, NULL, 0), EINVAL);
	HAZARD_GIVES(syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0), 0);
	HAZARD_GIVES(syscall(SYS_futex, &word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0), 0);
	HAZARD_GIVES(syscall(SYS_futex, &own, FUTEX_LOCK_PI_PRIVATE, 0, NULL, NULL, 0), 0);
	HAZARD_FAILS(syscall(SYS_futex, &own, FUTEX_LOCK_PI_PRIVATE, 0, NULL, NULL, 0), EDEADLK);
	HAZARD_GIVES(syscall(SYS_futex, &own, FUTEX_UNLOCK_PI_PRIVATE, 0, NULL, NULL, 0), 0);
	HAZARD_FAILS(syscall(SYS_futex, &own, FUTEX_UNLOCK_PI_PRIVATE, 0, NULL, NULL, 0), EPERM);
}

static inline void hazard_call_each(void)
{
	hazard_call_futex();
	hazard_call_mutex();
	hazard_call_cond();
	hazard_call_rwlock();
	hazard_call_semaphore();
	hazard_call_c11();
	hazard_call_others();
}

#endif
