/* SPDX-License-Identifier: MIT */
/* held_up: a thread that waits once, for at least as long as a sleep.
 *
 * Called from   live test programs, one thread of them.
 */
#ifndef CONTEND_TESTS_HELD_UP_H
#define CONTEND_TESTS_HELD_UP_H

#include <stdatomic.h>

#include "hazard/hazard.h"

enum { HELD_UP_US = 30000 };

static _Atomic pid_t held_up_tid;

static void *held_up_main(void *wait)
{
	atomic_store(&held_up_tid, syscall(SYS_gettid));
	((void (*)(void))wait)();
	return NULL;
}

/* Starts a thread that calls `wait`; returns when it has been asleep in it for HELD_UP_US. */
static inline pthread_t held_up_start(void (*wait)(void))
{
	pthread_t waiter;

	atomic_store(&held_up_tid, 0);
	waiter = hazard_start(held_up_main, (void *)wait);
	while (atomic_load(&held_up_tid) == 0)
		hazard_sleep_us(1000);
	hazard_await_asleep(atomic_load(&held_up_tid));
	hazard_sleep_us(HELD_UP_US);
	return waiter;
}

#endif
