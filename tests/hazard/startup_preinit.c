/* SPDX-License-Identifier: MIT
 *
 * Goal: locks taken before any constructor of a preloaded library has run (the program's preinit array), in constructors, at
 * exit and in destructors work.
 */
#include "hazard.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static unsigned calls;

static void lock_once(void)
{
	need(!pthread_mutex_lock(&mutex), "lock");
	need(pthread_mutex_trylock(&mutex) == EBUSY, "trylock of a taken mutex");
	calls++;
	need(!pthread_mutex_unlock(&mutex), "unlock");
	need(!pthread_mutex_trylock(&mutex), "trylock of a free mutex");
	need(!pthread_mutex_unlock(&mutex), "unlock after trylock");
}

static void wait_once(void)
{
	pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
	struct timespec past = {1, 0};

	need(!pthread_mutex_lock(&mutex), "lock");
	need(pthread_cond_timedwait(&cond, &mutex, &past) == ETIMEDOUT, "wait with a deadline in the past");
	need(pthread_cond_clockwait(&cond, &mutex, CLOCK_MONOTONIC, &past) == ETIMEDOUT, "the same by clock");
	need(!pthread_cond_signal(&cond) && !pthread_cond_broadcast(&cond), "signals");
	need(!pthread_mutex_unlock(&mutex), "unlock");
	need(!pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &past), "free mutex by clock, past deadline");
	need(!pthread_mutex_unlock(&mutex), "unlock");
	need(!pthread_mutex_timedlock(&mutex, &past), "free mutex, past deadline");
	need(pthread_mutex_timedlock(&mutex, &past) == ETIMEDOUT, "taken mutex, past deadline");
	need(!pthread_mutex_unlock(&mutex), "unlock");
	calls++;
}

static void before_all(int argc, char **argv, char **environment)
{
	(void)argc, (void)argv, (void)environment;
	lock_once();
	wait_once();
}
__attribute__((section(".preinit_array"), used)) static void (*const preinit)(int, char **, char **) = before_all;

__attribute__((constructor(101))) static void early_constructor(void)
{
	lock_once();
	wait_once();
}

__attribute__((destructor(101))) static void late_destructor(void)
{
	lock_once();
	wait_once();
	need(calls == 8, "every stage came by: %u", calls);
}

static void at_exit(void)
{
	lock_once();
	wait_once();
}

int main(void)
{
	hazard_limit(30);
	need(calls == 4, "preinit array and constructor ran: %u", calls);
	atexit(at_exit);
	hazard_contend(4, 100);
	return 0;
}
