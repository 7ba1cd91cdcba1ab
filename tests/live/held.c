/* SPDX-License-Identifier: MIT */
/* held deadlock|slow|busy: locks whose holders wait, or run. deadlock: two threads, each with a lock that the other one wants, and a third that wants
 * one of them, for ever. slow: a thread that has a lock and waits for standard input, three that wait for the lock. busy: the
 * same, but it runs. Prints "ready" when
 * all wait; ends when standard input does.
 */
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "known_waits.h"

enum { WAITERS = 3 };

pthread_mutex_t accounts = PTHREAD_MUTEX_INITIALIZER, ledger = PTHREAD_MUTEX_INITIALIZER;

static pthread_barrier_t both_hold;
static _Atomic unsigned begun, done_count;

static OWN_FRAME void take_two(pthread_mutex_t *first, pthread_mutex_t *second)
{
	pthread_mutex_lock(first);
	pthread_barrier_wait(&both_hold);
	atomic_fetch_add(&begun, 1);
	pthread_mutex_lock(second);
	NO_TAIL_CALL();
}

static void *pay(void *unused)
{
	take_two(&accounts, &ledger);
	return unused;
}

static void *refund(void *unused)
{
	take_two(&ledger, &accounts);
	return unused;
}

static void *audit(void *unused)
{
	atomic_fetch_add(&begun, 1);
	pthread_mutex_lock(&accounts);
	atomic_fetch_add(&done_count, 1);
	pthread_mutex_unlock(&accounts);
	return unused;
}

static void start(void *(*body)(void *))
{
	pthread_t thread;

	pthread_create(&thread, NULL, body, NULL);
	pthread_detach(thread);
}

static void say_ready(void)
{
	t_sleep_ms(20);
	puts("ready");
	fflush(stdout);
}

static void wait_for_input(void)
{
	char byte;

	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
}

static void run_until_input(void)
{
	struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};

	while (poll(&input, 1, 0) == 0)
		t_spin_us(1000);
}

static void run_deadlock(void)
{
	pthread_barrier_init(&both_hold, NULL, 2);
	start(pay);
	start(refund);
	t_await(&begun, 2);
	t_sleep_ms(20); /* until both are where they stay */
	start(audit);
	t_await(&begun, 3);
	say_ready();
	wait_for_input();
}

static OWN_FRAME void hold_and_wait(bool is_busy)
{
	pthread_mutex_lock(&accounts);
	for (int i = 0; i < WAITERS; i++)
		start(audit);
	t_await(&begun, WAITERS);
	say_ready();
	if (is_busy)
		run_until_input();
	else
		wait_for_input();
	pthread_mutex_unlock(&accounts);
	NO_TAIL_CALL();
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "deadlock")) {
		run_deadlock();
		return 0;
	}
	hold_and_wait(argc > 1 && !strcmp(argv[1], "busy"));
	return !t_await(&done_count, WAITERS);
}
