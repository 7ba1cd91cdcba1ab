/* SPDX-License-Identifier: MIT */
/* Overrides     pthread_rwlock_rdlock, _timedrdlock, _clockrdlock, _tryrdlock, the same for wrlock, _unlock; and the aliases
 *               that old programs use.
 * Every unlock is charged with what was waited since the one before it, a reader's as well as a writer's: all readers of
 * an overlap make a writer wait together, and each one's part ends with its unlock. The kind of an unlock is that of the
 * critical section that it ends.
 */
#include "measure.h"
#include "rwlock_word.h"
#include "waiters.h"

typedef int rwlock_function(pthread_rwlock_t *lock);

static SLOW int lock_slow(pthread_rwlock_t *lock, enum wait_kind kind, rwlock_function *real, rwlock_function *take)
{
	if (!record_is_on())
		return take(lock);
	return MEASURED(measure_outcome_of_error, MEASURE_SITE(kind, real, lock), take(lock));
}

int pthread_rwlock_rdlock(pthread_rwlock_t *lock)
{
	if (rwlock_is_readable(lock))
		return TAKE_LOCK(pthread_rwlock_rdlock)(lock);
	return lock_slow(lock, WAIT_RWLOCK_READ, REAL(pthread_rwlock_rdlock), TAKE_LOCK(pthread_rwlock_rdlock));
}

int __pthread_rwlock_rdlock(pthread_rwlock_t *lock)
{
	if (rwlock_is_readable(lock))
		return TAKE_LOCK(__pthread_rwlock_rdlock)(lock);
	return lock_slow(lock, WAIT_RWLOCK_READ, REAL(__pthread_rwlock_rdlock), TAKE_LOCK(__pthread_rwlock_rdlock));
}

int pthread_rwlock_wrlock(pthread_rwlock_t *lock)
{
	if (rwlock_is_writable(lock))
		return TAKE_LOCK(pthread_rwlock_wrlock)(lock);
	return lock_slow(lock, WAIT_RWLOCK_WRITE, REAL(pthread_rwlock_wrlock), TAKE_LOCK(pthread_rwlock_wrlock));
}

int __pthread_rwlock_wrlock(pthread_rwlock_t *lock)
{
	if (rwlock_is_writable(lock))
		return TAKE_LOCK(__pthread_rwlock_wrlock)(lock);
	return lock_slow(lock, WAIT_RWLOCK_WRITE, REAL(__pthread_rwlock_wrlock), TAKE_LOCK(__pthread_rwlock_wrlock));
}

int pthread_rwlock_timedrdlock(pthread_rwlock_t *lock, const struct timespec *deadline)
{
	if (rwlock_is_readable(lock) || !record_is_on())
		return TAKE_LOCK(pthread_rwlock_timedrdlock)(lock, deadline);
	return MEASURED(measure_outcome_of_error,
			MEASURE_SITE(WAIT_RWLOCK_READ, REAL(pthread_rwlock_timedrdlock), lock),
			TAKE_LOCK(pthread_rwlock_timedrdlock)(lock, deadline));
}

int pthread_rwlock_timedwrlock(pthread_rwlock_t *lock, const struct timespec *deadline)
{
	if (rwlock_is_writable(lock) || !record_is_on())
		return TAKE_LOCK(pthread_rwlock_timedwrlock)(lock, deadline);
	return MEASURED(measure_outcome_of_error,
			MEASURE_SITE(WAIT_RWLOCK_WRITE, REAL(pthread_rwlock_timedwrlock), lock),
			TAKE_LOCK(pthread_rwlock_timedwrlock)(lock, deadline));
}

int pthread_rwlock_clockrdlock(pthread_rwlock_t *lock, clockid_t clock, const struct timespec *deadline)
{
	if (rwlock_is_readable(lock) || !record_is_on())
		return TAKE_LOCK(pthread_rwlock_clockrdlock)(lock, clock, deadline);
	return MEASURED(measure_outcome_of_error,
			MEASURE_SITE(WAIT_RWLOCK_READ, REAL(pthread_rwlock_clockrdlock), lock),
			TAKE_LOCK(pthread_rwlock_clockrdlock)(lock, clock, deadline));
}

int pthread_rwlock_clockwrlock(pthread_rwlock_t *lock, clockid_t clock, const struct timespec *deadline)
{
	if (rwlock_is_writable(lock) || !record_is_on())
		return TAKE_LOCK(pthread_rwlock_clockwrlock)(lock, clock, deadline);
	return MEASURED(measure_outcome_of_error,
			MEASURE_SITE(WAIT_RWLOCK_WRITE, REAL(pthread_rwlock_clockwrlock), lock),
			TAKE_LOCK(pthread_rwlock_clockwrlock)(lock, clock, deadline));
}

int pthread_rwlock_tryrdlock(pthread_rwlock_t *lock)
{
	return TAKE_LOCK(pthread_rwlock_tryrdlock)(lock);
}

int __pthread_rwlock_tryrdlock(pthread_rwlock_t *lock)
{
	return TAKE_LOCK(__pthread_rwlock_tryrdlock)(lock);
}

int pthread_rwlock_trywrlock(pthread_rwlock_t *lock)
{
	return TAKE_LOCK(pthread_rwlock_trywrlock)(lock);
}

int __pthread_rwlock_trywrlock(pthread_rwlock_t *lock)
{
	return TAKE_LOCK(__pthread_rwlock_trywrlock)(lock);
}

static SLOW int unlock_slow(pthread_rwlock_t *lock, rwlock_function *real)
{
	enum wait_kind kind = rwlock_is_written(lock) ? WAIT_RWLOCK_WRITE : WAIT_RWLOCK_READ;

	return RELEASED(MEASURE_SITE(kind, real, lock), real(lock));
}

int pthread_rwlock_unlock(pthread_rwlock_t *lock)
{
	if (!waiters_or_holds(lock))
		return REAL(pthread_rwlock_unlock)(lock);
	return unlock_slow(lock, REAL(pthread_rwlock_unlock));
}

int __pthread_rwlock_unlock(pthread_rwlock_t *lock)
{
	if (!waiters_or_holds(lock))
		return REAL(__pthread_rwlock_unlock)(lock);
	return unlock_slow(lock, REAL(__pthread_rwlock_unlock));
}
