/* SPDX-License-Identifier: MIT */
/* Overrides     sem_wait, _timedwait, _clockwait, _trywait, _post.
 * The value is looked at only to tell whether there is a wait to measure: the real function is always called, because each
 * of the waiting ones is a cancellation point even when it need not wait.
 */
#include "measure.h"

/* The value lies in the lower half of the semaphore's first eight bytes (glibc since 2.21, 64-bit). */
static bool looks_positive(const sem_t *semaphore)
{
	return __atomic_load_n((const uint32_t *)semaphore, __ATOMIC_RELAXED) != 0;
}

static SLOW int wait_slow(sem_t *semaphore)
{
	if (!record_is_on())
		return REAL(sem_wait)(semaphore);
	return MEASURED_CANCELLABLE(measure_outcome_of_errno, MEASURE_SITE(WAIT_SEMAPHORE, REAL(sem_wait), semaphore),
				    REAL(sem_wait)(semaphore));
}

int sem_wait(sem_t *semaphore)
{
	if (looks_positive(semaphore))
		return REAL(sem_wait)(semaphore);
	return wait_slow(semaphore);
}

int sem_timedwait(sem_t *semaphore, const struct timespec *deadline)
{
	if (looks_positive(semaphore) || !record_is_on())
		return REAL(sem_timedwait)(semaphore, deadline);
	return MEASURED_CANCELLABLE(measure_outcome_of_errno,
				    MEASURE_SITE(WAIT_SEMAPHORE, REAL(sem_timedwait), semaphore),
				    REAL(sem_timedwait)(semaphore, deadline));
}

int sem_clockwait(sem_t *semaphore, clockid_t clock, const struct timespec *deadline)
{
	if (looks_positive(semaphore) || !record_is_on())
		return REAL(sem_clockwait)(semaphore, clock, deadline);
	return MEASURED_CANCELLABLE(measure_outcome_of_errno,
				    MEASURE_SITE(WAIT_SEMAPHORE, REAL(sem_clockwait), semaphore),
				    REAL(sem_clockwait)(semaphore, clock, deadline));
}

int sem_trywait(sem_t *semaphore)
{
	return REAL(sem_trywait)(semaphore);
}

int sem_post(sem_t *semaphore)
{
	return REAL(sem_post)(semaphore);
}
