/* SPDX-License-Identifier: MIT
 *
 * Goal: a signal handler that leaves a blocked lock by siglongjmp, as watchdogs do, again and again and nested: the thread goes
 * on, later locks work, nobody's wait is lost.
 */
#include <setjmp.h>

#include "hazard.h"

enum { JUMPS = 200 };

static sigjmp_buf back;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
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

int main(void)
{
	struct sigaction action = {.sa_handler = jump, .sa_flags = SA_NODEFER};
	pthread_t interrupter;

	hazard_limit(20);
	hazard_rival_start(&rival);
	victim = pthread_self();
	victim_tid = gettid();
	need(!sigaction(SIGUSR1, &action, NULL), "handler");
	pthread_mutex_lock(&mutex); /* never released: every further lock blocks */
	interrupter = hazard_start(interrupt, NULL);
	sigsetjmp(back, 1);
	if (jumps < JUMPS) {
		pthread_mutex_lock(&mutex);
		need(false, "the lock of a taken mutex never returns");
	}
	signal(SIGUSR1, SIG_IGN);
	hazard_join(interrupter);
	pthread_mutex_unlock(&mutex);
	hazard_rival_meet(&rival, 20);
	hazard_contend(4, 200);
	hazard_rival_stop(&rival);
	return 0;
}
