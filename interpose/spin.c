/* SPDX-License-Identifier: MIT */
/* Overrides     pthread_spin_lock, _trylock, _unlock.
 * A pair costs a few ns, so waits are measured only with CONTEND_SPIN=1; without, a wrapper looks at the lock and goes on.
 */
#include "config.h"
#include "libc_layout.h"
#include "measure.h"
#include "waiters.h"

static bool looks_free(pthread_spinlock_t *lock)
{
	return libc_spin_is_free(__atomic_load_n(lock, __ATOMIC_RELAXED));
}

static SLOW int lock_slow(pthread_spinlock_t *lock)
{
	if (!config.spin || !record_is_on())
		return TAKE_LOCK(pthread_spin_lock)(lock);
	return MEASURED(measure_outcome_of_error, MEASURE_SITE(WAIT_SPIN, REAL(pthread_spin_lock), (const void *)lock),
			TAKE_LOCK(pthread_spin_lock)(lock));
}

int pthread_spin_lock(pthread_spinlock_t *lock)
{
	if (looks_free(lock))
		return TAKE_LOCK(pthread_spin_lock)(lock);
	return lock_slow(lock);
}

int pthread_spin_trylock(pthread_spinlock_t *lock)
{
	return TAKE_LOCK(pthread_spin_trylock)(lock);
}

static SLOW int unlock_slow(pthread_spinlock_t *lock)
{
	if (!config.spin)
		return REAL(pthread_spin_unlock)(lock);
	return RELEASED(MEASURE_SITE(WAIT_SPIN, REAL(pthread_spin_unlock), (const void *)lock),
			REAL(pthread_spin_unlock)(lock));
}

int pthread_spin_unlock(pthread_spinlock_t *lock)
{
	if (!waiters_or_holds((const void *)lock))
		return REAL(pthread_spin_unlock)(lock);
	return unlock_slow(lock);
}
