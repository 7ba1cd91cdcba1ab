/* SPDX-License-Identifier: MIT
 *
 * Goal: a signal handler that leaves a blocked lock, semaphore or sleep by siglongjmp, as watchdogs do, again and again and
 * nested: the thread goes on, later locks work, nobody's wait is lost.
 */
#include <semaphore.h>
#include <setjmp.h>
#include <threads.h>

#include "hazard.h"

enum { JUMPS = 200 };

static sigjmp_buf back;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static sem_t semaphore;
static struct hazard_rival rival;
static volatile int jumps;
static pthread_t victim;
static pid_t victim_tid;

static void jump(int signal)
{
	(void)signal;
	jumps++;
	siglongjmp(back, 1);
}

/* Interrupts the victim whenever it sleeps, JUMPS times. */
static void *interrupt(void *argument)
{
	for (int i = 0; i < JUMPS; i++) {
		int before = jumps;

		hazard_await_asleep(victim_tid);
		pthread_kill(victim, SIGUSR1);
		while (jumps == before)
			hazard_sleep_us(50);
	}
	return argument;
}

static void wait_for_mutex(void)
{
	pthread_mutex_lock(&mutex);
}

static void wait_for_semaphore(void)
{
	sem_wait(&semaphore);
}

static void wait_for_semaphore_timed(void)
{
	struct timespec far = hazard_deadline(CLOCK_MONOTONIC, 100000);

	sem_clockwait(&semaphore, CLOCK_MONOTONIC, &far);
}

static void wait_for_time(void)
{
	thrd_sleep(&(struct timespec){1000, 0}, NULL);
}

/* Waits where nobody wakes, and is jumped out of there JUMPS times. */
static void jump_out_of(void (*wait)(void))
{
	pthread_t interrupter;

	jumps = 0;
	need(!sigaction(SIGUSR1, &(struct sigaction){.sa_handler = jump, .sa_flags = SA_NODEFER}, NULL), "handler");
	interrupter = hazard_start(interrupt, NULL);
	sigsetjmp(back, 1);
	if (jumps < JUMPS) {
		wait();
		need(false, "what nobody gives is never got");
	}
	signal(SIGUSR1, SIG_IGN);
	hazard_join(interrupter);
}

int main(void)
{
	hazard_limit(20);
	hazard_rival_start(&rival);
	victim = pthread_self();
	victim_tid = gettid();
	need(!sem_init(&semaphore, 0, 0), "semaphore");
	pthread_mutex_lock(&mutex); /* never released: every further lock blocks */
	jump_out_of(wait_for_mutex);
	jump_out_of(wait_for_semaphore);
	jump_out_of(wait_for_semaphore_timed);
	jump_out_of(wait_for_time);
	pthread_mutex_unlock(&mutex);
	need(!sem_post(&semaphore) && !sem_wait(&semaphore), "the semaphore works");
	hazard_rival_meet(&rival, 20);
	hazard_contend(4, 200);
	hazard_rival_stop(&rival);
	return 0;
}
