/* SPDX-License-Identifier: MIT */
/* Overrides     pthread_mutex_lock, _trylock, _timedlock, _clocklock, _unlock.
 * Look, then lock: a mutex whose word says free goes straight to the real function. Trying first would be wrong: a
 * trylock that finds an unrecoverable robust mutex leaves it locked for ever, and loses glibc's path for single-threaded
 * processes.
 */
#include "measure.h"
#include "mutex_word.h"
#include "waiters.h"

#define SLOW __attribute__((noinline, cold))

static bool is_worth_measuring(const pthread_mutex_t *mutex)
{
	return record_is_on() && !mutex_is_takeable(mutex, thread_tid());
}

static SLOW int lock_slow(pthread_mutex_t *mutex)
{
	if (!is_worth_measuring(mutex))
		return REAL(pthread_mutex_lock)(mutex);
	return MEASURED(MEASURE_SITE(WAIT_MUTEX, pthread_mutex_lock), mutex, REAL(pthread_mutex_lock)(mutex));
}

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
	if (mutex_looks_free(mutex))
		return REAL(pthread_mutex_lock)(mutex);
	return lock_slow(mutex);
}

int pthread_mutex_trylock(pthread_mutex_t *mutex)
{
	return REAL(pthread_mutex_trylock)(mutex);
}

int pthread_mutex_timedlock(pthread_mutex_t *mutex, const struct timespec *deadline)
{
	if (mutex_looks_free(mutex) || !is_worth_measuring(mutex))
		return REAL(pthread_mutex_timedlock)(mutex, deadline);
	return MEASURED(MEASURE_SITE(WAIT_MUTEX, pthread_mutex_timedlock), mutex,
			REAL(pthread_mutex_timedlock)(mutex, deadline));
}

int pthread_mutex_clocklock(pthread_mutex_t *mutex, clockid_t clock, const struct timespec *deadline)
{
	if (mutex_looks_free(mutex) || !is_worth_measuring(mutex))
		return REAL(pthread_mutex_clocklock)(mutex, clock, deadline);
	return MEASURED(MEASURE_SITE(WAIT_MUTEX, pthread_mutex_clocklock), mutex,
			REAL(pthread_mutex_clocklock)(mutex, clock, deadline));
}

/* The mutex is not looked at after the real unlock: its memory may be gone. */
static SLOW int unlock_slow(pthread_mutex_t *mutex)
{
	struct record_release release;
	int error;

	if (!record_is_on() || !mutex_unlock_releases(mutex, thread_tid()))
		return REAL(pthread_mutex_unlock)(mutex);
	release = measure_release_begin(mutex);
	error = REAL(pthread_mutex_unlock)(mutex);
	measure_release_end(release, &MEASURE_SITE(WAIT_MUTEX, pthread_mutex_unlock));
	return error;
}

int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
	if (!waiters_any(mutex))
		return REAL(pthread_mutex_unlock)(mutex);
	return unlock_slow(mutex);
}
