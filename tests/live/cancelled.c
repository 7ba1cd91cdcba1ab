/* SPDX-License-Identifier: MIT */
/* cancelled: threads that are cancelled in waits of several kinds, deferred and asynchronously, wait for a mutex in their cleanup
 * handlers: each once, for at least as long as a sleep. */
#include <semaphore.h>
#include <stdatomic.h>

#include "held_up.h"
#include "known_waits.h"

static pthread_mutex_t contended = PTHREAD_MUTEX_INITIALIZER, mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static sem_t semaphore;
static pthread_t sleeper;
static int ends[2];
static _Atomic pid_t in_handler;
static int type;

OWN_FRAME static void wait_in_handler(void *unlocked)
{
	if (unlocked)
		pthread_mutex_unlock(unlocked);
	in_handler = gettid();
	pthread_mutex_lock(&contended);
	pthread_mutex_unlock(&contended);
	NO_TAIL_CALL();
}

#define VICTIM(name, held, prepare, wait)                                                                              \
	OWN_FRAME static void name(void)                                                                               \
	{                                                                                                              \
		prepare;                                                                                               \
		pthread_cleanup_push(wait_in_handler, held);                                                           \
		pthread_setcanceltype(type, NULL);                                                                     \
		for (;;)                                                                                               \
			wait;                                                                                          \
		pthread_cleanup_pop(0);                                                                                \
	}
VICTIM(cancelled_in_cond, &mutex, pthread_mutex_lock(&mutex), pthread_cond_wait(&cond, &mutex))
VICTIM(cancelled_in_semaphore, NULL, , sem_wait(&semaphore))
VICTIM(cancelled_in_join, NULL, , pthread_join(sleeper, NULL))
VICTIM(cancelled_in_read, NULL, , (void)!read(ends[0], &(char){0}, 1))
VICTIM(cancelled_in_sleep, NULL, , sleep(100))

/* Cancels it in its wait, and lets its handler wait. */
static void cancel(void (*wait)(void), int how)
{
	pthread_t victim;

	type = how;
	in_handler = 0;
	victim = held_up_start(wait);
	pthread_mutex_lock(&contended);
	need(!pthread_cancel(victim), "cancelled");
	while (!in_handler)
		hazard_sleep_us(1000);
	hazard_await_asleep(in_handler);
	hazard_sleep_us(HELD_UP_US);
	pthread_mutex_unlock(&contended);
	hazard_join(victim);
}

static void *sleep_for_ever(void *argument)
{
	pause();
	return argument;
}

int main(void)
{
	static void (*const victims[])(void) = {cancelled_in_cond, cancelled_in_semaphore, cancelled_in_join,
						cancelled_in_read, cancelled_in_sleep};

	need(!pipe(ends) && !sem_init(&semaphore, 0, 0), "what is waited for");
	sleeper = hazard_start(sleep_for_ever, NULL);
	for (unsigned i = 0; i < sizeof(victims) / sizeof(*victims); i++) {
		cancel(victims[i], PTHREAD_CANCEL_DEFERRED);
		cancel(victims[i], PTHREAD_CANCEL_ASYNCHRONOUS);
	}
	return 0;
}
