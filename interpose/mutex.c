/* SPDX-License-Identifier: MIT */
/* Overrides     pthread_mutex_lock, _trylock, _timedlock, _clocklock, _unlock; mtx_lock, _trylock, _timedlock, _unlock, which
 *               are the same in libc, on the same object, with C11's results; and the aliases that old programs use.
 * Look, then lock: a mutex whose word says free goes straight to the real function. Trying first would be wrong: a
 * trylock that finds an unrecoverable robust mutex leaves it locked for ever, and loses glibc's path for single-threaded
 * processes.
 */
#include "measure.h"
#include "mutex_word.h"
#include "waiters.h"

typedef int mutex_function(pthread_mutex_t *mutex);
typedef int mtx_function(mtx_t *mutex);

static bool is_worth_measuring(const pthread_mutex_t *mutex)
{
	return record_is_on() && !mutex_is_takeable(mutex, thread_tid());
}

static SLOW int lock_slow(pthread_mutex_t *mutex, mutex_function *real, mutex_function *take)
{
	if (!is_worth_measuring(mutex))
		return take(mutex);
	return MEASURED(measure_outcome_of_error, MEASURE_SITE(WAIT_MUTEX, real, mutex), take(mutex));
}

static SLOW int mtx_lock_slow(mtx_t *mutex, mtx_function *real, mtx_function *take)
{
	if (!is_worth_measuring(mutex_of_c11(mutex)))
		return take(mutex);
	return MEASURED(measure_outcome_of_c11, MEASURE_SITE(WAIT_MUTEX, real, mutex), take(mutex));
}

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
	if (mutex_looks_free(mutex))
		return TAKE_LOCK(pthread_mutex_lock)(mutex);
	return lock_slow(mutex, REAL(pthread_mutex_lock), TAKE_LOCK(pthread_mutex_lock));
}

int __pthread_mutex_lock(pthread_mutex_t *mutex)
{
	if (mutex_looks_free(mutex))
		return TAKE_LOCK(__pthread_mutex_lock)(mutex);
	return lock_slow(mutex, REAL(__pthread_mutex_lock), TAKE_LOCK(__pthread_mutex_lock));
}

int mtx_lock(mtx_t *mutex)
{
	if (mutex_looks_free(mutex_of_c11(mutex)))
		return TAKE_LOCK(mtx_lock)(mutex);
	return mtx_lock_slow(mutex, REAL(mtx_lock), TAKE_LOCK(mtx_lock));
}

int pthread_mutex_trylock(pthread_mutex_t *mutex)
{
	return TAKE_LOCK(pthread_mutex_trylock)(mutex);
}

int __pthread_mutex_trylock(pthread_mutex_t *mutex)
{
	return TAKE_LOCK(__pthread_mutex_trylock)(mutex);
}

int mtx_trylock(mtx_t *mutex)
{
	return TAKE_LOCK(mtx_trylock)(mutex);
}

int pthread_mutex_timedlock(pthread_mutex_t *mutex, const struct timespec *deadline)
{
	if (mutex_looks_free(mutex) || !is_worth_measuring(mutex))
		return TAKE_LOCK(pthread_mutex_timedlock)(mutex, deadline);
	return MEASURED(measure_outcome_of_error, MEASURE_SITE(WAIT_MUTEX, REAL(pthread_mutex_timedlock), mutex),
			TAKE_LOCK(pthread_mutex_timedlock)(mutex, deadline));
}

int pthread_mutex_clocklock(pthread_mutex_t *mutex, clockid_t clock, const struct timespec *deadline)
{
	if (mutex_looks_free(mutex) || !is_worth_measuring(mutex))
		return TAKE_LOCK(pthread_mutex_clocklock)(mutex, clock, deadline);
	return MEASURED(measure_outcome_of_error, MEASURE_SITE(WAIT_MUTEX, REAL(pthread_mutex_clocklock), mutex),
			TAKE_LOCK(pthread_mutex_clocklock)(mutex, clock, deadline));
}

int mtx_timedlock(mtx_t *mutex, const struct timespec *deadline)
{
	if (mutex_looks_free(mutex_of_c11(mutex)) || !is_worth_measuring(mutex_of_c11(mutex)))
		return TAKE_LOCK(mtx_timedlock)(mutex, deadline);
	return MEASURED(measure_outcome_of_c11, MEASURE_SITE(WAIT_MUTEX, REAL(mtx_timedlock), mutex),
			TAKE_LOCK(mtx_timedlock)(mutex, deadline));
}

static SLOW int unlock_slow(pthread_mutex_t *mutex, mutex_function *real)
{
	if (!mutex_unlock_releases(mutex, thread_tid()))
		return real(mutex);
	return RELEASED(MEASURE_SITE(WAIT_MUTEX, real, mutex), real(mutex));
}

static SLOW int mtx_unlock_slow(mtx_t *mutex, mtx_function *real)
{
	if (!mutex_unlock_releases(mutex_of_c11(mutex), thread_tid()))
		return real(mutex);
	return RELEASED(MEASURE_SITE(WAIT_MUTEX, real, mutex), real(mutex));
}

int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
	if (!waiters_or_holds(mutex))
		return REAL(pthread_mutex_unlock)(mutex);
	return unlock_slow(mutex, REAL(pthread_mutex_unlock));
}

int __pthread_mutex_unlock(pthread_mutex_t *mutex)
{
	if (!waiters_or_holds(mutex))
		return REAL(__pthread_mutex_unlock)(mutex);
	return unlock_slow(mutex, REAL(__pthread_mutex_unlock));
}

int mtx_unlock(mtx_t *mutex)
{
	if (!waiters_or_holds(mutex))
		return REAL(mtx_unlock)(mutex);
	return mtx_unlock_slow(mutex, REAL(mtx_unlock));
}
