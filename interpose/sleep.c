/* SPDX-License-Identifier: MIT */
/* Overrides     thrd_sleep. */
#include "measure.h"

/* 0: slept; -1: interrupted; less: refused. */
static enum wait_outcome outcome_of(int result)
{
	if (result == 0)
		return WAIT_OVER;
	return result == -1 ? WAIT_GIVEN_UP : WAIT_REFUSED;
}

int thrd_sleep(const struct timespec *duration, struct timespec *out_left)
{
	if (!record_is_on())
		return REAL(thrd_sleep)(duration, out_left);
	return MEASURED_CANCELLABLE(outcome_of, MEASURE_SITE(WAIT_SLEEP, REAL(thrd_sleep), NULL),
				    REAL(thrd_sleep)(duration, out_left));
}
