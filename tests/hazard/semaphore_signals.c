/* SPDX-License-Identifier: MIT
 *
 * Goal: sem_post from the handlers of 10 kHz timers, whatever they interrupt (waits, posts, their recording, waits that handlers
 * cut short): each post ends one wait, waits restart or end with EINTR as without us, errno stays.
 */
#include <semaphore.h>

#include "hazard.h"

enum {
	WAITERS = 3,
	SECONDS = 2,
};

static sem_t semaphore;
static pthread_t waiters[WAITERS];
static _Atomic unsigned long posts, waits, interrupted;
static _Atomic int stop;

static void post(int signal)
{
	int error = errno;

	(void)signal;
	if (sem_post(&semaphore))
		_exit(1);
	posts++;
	errno = error;
}

static void nothing(int signal)
{
	(void)signal;
}

/* Plain, timed and clocked in turn. */
static int wait_somehow(unsigned long turn)
{
	struct timespec soon = hazard_deadline(CLOCK_MONOTONIC, 1), far = hazard_deadline(CLOCK_REALTIME, 100000);

	switch (turn % 3) {
	case 0:
		return sem_wait(&semaphore);
	case 1:
		return sem_timedwait(&semaphore, &far);
	default:
		return sem_clockwait(&semaphore, CLOCK_MONOTONIC, &soon);
	}
}

static void *waiter(void *argument)
{
	timer_t timer = hazard_start_timer(100000);

	for (unsigned long turn = 0; !stop; turn++) {
		errno = 4711;
		if (wait_somehow(turn) == 0) {
			need(errno == 4711, "errno is left alone: %d", errno);
			waits++;
		} else if (errno == EINTR) {
			interrupted++;
		} else {
			need(errno == ETIMEDOUT && turn % 3 == 2, "a wait fails with %d", errno);
		}
	}
	timer_delete(timer);
	return argument;
}

/* Interrupts the waiters' waits, without SA_RESTART. */
static void *interrupter(void *argument)
{
	for (int i = 0; !stop; i++) {
		pthread_kill(waiters[i % WAITERS], SIGHUP);
		hazard_sleep_us(200);
	}
	return argument;
}

static void handle(int signal, void (*handler)(int), int flags)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = flags};

	need(!sigaction(signal, &action, NULL), "handler");
}

int main(void)
{
	pthread_t other;
	int left;

	hazard_limit(20);
	need(!sem_init(&semaphore, 0, 0), "semaphore");
	handle(SIGUSR1, post, SA_RESTART);
	handle(SIGHUP, nothing, 0);
	for (int i = 0; i < WAITERS; i++)
		waiters[i] = hazard_start(waiter, NULL);
	other = hazard_start(interrupter, NULL);
	hazard_sleep_us(SECONDS * 1000000);
	stop = 1;
	hazard_join(other);
	for (int i = 0; i < WAITERS; i++)
		post(0);
	for (int i = 0; i < WAITERS; i++)
		hazard_join(waiters[i]);
	need(!sem_getvalue(&semaphore, &left) && posts == waits + left, "%lu posts, %lu waits, %d left", posts, waits,
	     left);
	need(posts > 1000 && waits > 1000 && interrupted > 100, "posts %lu, waits %lu, interrupted %lu", posts, waits,
	     interrupted);
	return 0;
}
