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
	unsigned in;
	unsigned current_round;
	unsigned count;
};

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

int pthread_barrier_wait(pthread_barrier_t *barrier)
{
	struct record_site site = MEASURE_SITE(WAIT_BARRIER, REAL(pthread_barrier_wait), barrier);

	if (!record_is_on())
		return REAL(pthread_barrier_wait)(barrier);
	return MEASURED(outcome_of, site, wake_and_wait(barrier, &site));
}
