/* SPDX-License-Identifier: MIT */
/* plain_waits: the two functions of a program that only needs some known waits: who waits, and who makes wait. */
#ifndef CONTEND_TESTS_PLAIN_WAITS_H
#define CONTEND_TESTS_PLAIN_WAITS_H

#include "known_waits.h"

OWN_FRAME static int wait_for_it(pthread_mutex_t *which)
{
	int error = pthread_mutex_lock(which);

	NO_TAIL_CALL();
	return error;
}

OWN_FRAME static void hold_it(struct known_waits *waits)
{
	pthread_mutex_lock(waits->mutex);
	known_waits_held(waits);
	pthread_mutex_unlock(waits->mutex);
	NO_TAIL_CALL();
}

#endif
