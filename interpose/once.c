/* SPDX-License-Identifier: MIT */
/* Overrides     pthread_once, call_once, and the alias that old programs use.
 * A wait is the call that finds another thread running the routine. Running it is none; where the runner is cancelled and
 * the waiter takes over, its wait ends with the routine.
 */
#include "measure.h"

/* glibc's states: 0, 1 in progress (with the fork generation above the lower two bits), 2 done. */
static bool is_in_progress(const int *control)
{
	return __atomic_load_n(control, __ATOMIC_RELAXED) & 1;
}

typedef int once_function(pthread_once_t *control, void (*routine)(void));

static SLOW int once_slow(pthread_once_t *control, void (*routine)(void), once_function *real)
{
	if (!record_is_on())
		return real(control, routine);
	return MEASURED(measure_outcome_of_error, MEASURE_SITE(WAIT_ONCE, real, control), real(control, routine));
}

int pthread_once(pthread_once_t *control, void (*routine)(void))
{
	if (!is_in_progress(control))
		return REAL(pthread_once)(control, routine);
	return once_slow(control, routine, REAL(pthread_once));
}

int __pthread_once(pthread_once_t *control, void (*routine)(void))
{
	if (!is_in_progress(control))
		return REAL(__pthread_once)(control, routine);
	return once_slow(control, routine, REAL(__pthread_once));
}

static SLOW void call_once_slow(once_flag *flag, void (*routine)(void))
{
	if (!record_is_on()) {
		REAL(call_once)(flag, routine);
		return;
	}
	(void)MEASURED(measure_outcome_of_error, MEASURE_SITE(WAIT_ONCE, REAL(call_once), flag),
		       (REAL(call_once)(flag, routine), 0));
}

void call_once(once_flag *flag, void (*routine)(void))
{
	_Static_assert(sizeof(once_flag) == sizeof(pthread_once_t), "C11's flag is a pthread_once_t");
	if (!is_in_progress((const int *)flag))
		REAL(call_once)(flag, routine);
	else
		call_once_slow(flag, routine);
}
