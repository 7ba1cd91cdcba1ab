/* SPDX-License-Identifier: MIT */
/* Overrides     pthread_barrier_wait.
 * All that arrive wait, but for the last: its own call, the time that waking the others takes, is no wait.
 */
#include "measure.h"

static enum wait_outcome outcome_of(int result)
{
	return result == PTHREAD_BARRIER_SERIAL_THREAD ? WAIT_REFUSED : WAIT_OVER;
}

int pthread_barrier_wait(pthread_barrier_t *barrier)
{
	if (!record_is_on())
		return REAL(pthread_barrier_wait)(barrier);
	return MEASURED(outcome_of, MEASURE_SITE(WAIT_BARRIER, REAL(pthread_barrier_wait), barrier),
			REAL(pthread_barrier_wait)(barrier));
}
