/* SPDX-License-Identifier: MIT */
/* Overrides     pthread_join, pthread_timedjoin_np, pthread_clockjoin_np, thrd_join.
 * A thread that has already ended is not waited for: its join is no wait. All four are cancellation points.
 */
#include "measure.h"

static bool is_no_wait(pthread_t thread)
{
	return !record_is_on() || thread_has_ended(thread);
}

int pthread_join(pthread_t thread, void **out_result)
{
	if (is_no_wait(thread))
		return REAL(pthread_join)(thread, out_result);
	return MEASURED_CANCELLABLE(measure_outcome_of_error,
				    MEASURE_SITE(WAIT_JOIN, REAL(pthread_join), (const void *)thread),
				    REAL(pthread_join)(thread, out_result));
}

int pthread_timedjoin_np(pthread_t thread, void **out_result, const struct timespec *deadline)
{
	if (is_no_wait(thread))
		return REAL(pthread_timedjoin_np)(thread, out_result, deadline);
	return MEASURED_CANCELLABLE(measure_outcome_of_error,
				    MEASURE_SITE(WAIT_JOIN, REAL(pthread_timedjoin_np), (const void *)thread),
				    REAL(pthread_timedjoin_np)(thread, out_result, deadline));
}

int pthread_clockjoin_np(pthread_t thread, void **out_result, clockid_t clock, const struct timespec *deadline)
{
	if (is_no_wait(thread))
		return REAL(pthread_clockjoin_np)(thread, out_result, clock, deadline);
	return MEASURED_CANCELLABLE(measure_outcome_of_error,
				    MEASURE_SITE(WAIT_JOIN, REAL(pthread_clockjoin_np), (const void *)thread),
				    REAL(pthread_clockjoin_np)(thread, out_result, clock, deadline));
}

int thrd_join(thrd_t thread, int *out_result)
{
	if (is_no_wait(thread))
		return REAL(thrd_join)(thread, out_result);
	return MEASURED_CANCELLABLE(measure_outcome_of_c11,
				    MEASURE_SITE(WAIT_JOIN, REAL(thrd_join), (const void *)thread),
				    REAL(thrd_join)(thread, out_result));
}
