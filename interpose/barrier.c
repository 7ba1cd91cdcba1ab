/* SPDX-License-Identifier: MIT */
/* Overrides     pthread_barrier_wait.
 * All that arrive wait, but for the last: its own call, the time that waking the others takes, is no wait. With
 * CONTEND_WAKERS=1 it is named for the waits of the others.
 */
#include <limits.h>
#include <stddef.h>

#include "config.h"
#include "measure.h"
#include "wakers.h"

/* glibc's barrier since 2.25, as far as we look at it. */
struct barrier_words {
	unsigned in;            /* arrivals in all rounds */
	unsigned current_round; /* arrivals in all rounds that are over */
	unsigned count;         /* per round */
};

static bool looks_last(const pthread_barrier_t *barrier)
{
	const struct barrier_words *words = (const struct barrier_words *)barrier;
	unsigned in = __atomic_load_n(&words->in, __ATOMIC_RELAXED);

	return in + 1 - __atomic_load_n(&words->current_round, __ATOMIC_RELAXED) >= words->count;
}

/* Our own count of who has arrived, the caller included, is complete before libc's can be. */
static bool is_last(const pthread_barrier_t *barrier)
{
	return wakers_waiting(barrier) == ((const struct barrier_words *)barrier)->count;
}

static enum wait_outcome outcome_of(int result)
{
	return result == PTHREAD_BARRIER_SERIAL_THREAD ? WAIT_AT_ONCE : WAIT_OVER;
}

static int wake_and_wait(pthread_barrier_t *barrier, const struct record_site *site)
{
	if (config.wakers && is_last(barrier))
		measure_wake(site, UINT_MAX);
	return REAL(pthread_barrier_wait)(barrier);
}

static SLOW int wait_slow(pthread_barrier_t *barrier)
{
	struct record_site site = MEASURE_SITE(WAIT_BARRIER, REAL(pthread_barrier_wait), barrier);

	if (!record_is_on())
		return REAL(pthread_barrier_wait)(barrier);
	return MEASURED(outcome_of, site, wake_and_wait(barrier, &site));
}

int pthread_barrier_wait(pthread_barrier_t *barrier)
{
	if (looks_last(barrier) && !config.wakers)
		return REAL(pthread_barrier_wait)(barrier);
	return wait_slow(barrier);
}
