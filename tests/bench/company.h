/* SPDX-License-Identifier: MIT */
/* company: a second thread, so that the process counts as one with several.
 *
 * Called from   benchmarks.
 */
#ifndef CONTEND_TESTS_COMPANY_H
#define CONTEND_TESTS_COMPANY_H

#include <stdlib.h>

#include "check.h"

static void *company_sleep(void *argument)
{
	for (;;)
		t_sleep_ms(1000000);
	return argument;
}

static inline void company_begin(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, company_sleep, NULL))
		abort();
}

#endif
