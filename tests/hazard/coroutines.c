/* SPDX-License-Identifier: MIT
 *
 * Goal: coroutines (ucontext) contend and wait on stacks that are no thread's, switch inside a critical section, move from
 * thread to thread between calls; their root frame has no caller.
 */
#include <ucontext.h>

#include "hazard/each_call.h"

enum {
	STACK_BYTES = 65536,
	COROUTINES = 8,
	STEPS = 20,
};

static struct hazard_rival rival;
static ucontext_t coroutines[COROUTINES];
static __thread ucontext_t scheduler;
static int steps[COROUTINES];

/* Where the present thread's scheduler is: asked anew after each switch, for the thread may be another. */
__attribute__((noinline)) static ucontext_t *here(void)
{
	__asm__ volatile("");
	return &scheduler;
}

static void body(int number)
{
	pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

	for (;;) {
		struct timespec soon;

		hazard_rival_meet(&rival, 1);
		hazard_call_rwlock();
		hazard_call_semaphore();
		soon = hazard_deadline(CLOCK_REALTIME, 1);
		pthread_mutex_lock(&mutex);
		need(pthread_cond_timedwait(&cond, &mutex, &soon) == ETIMEDOUT, "timed wait");
		steps[number]++;
		swapcontext(&coroutines[number], here()); /* inside the critical section */
		pthread_mutex_unlock(&mutex);
	}
}

static void *run_each_once(void *argument)
{
	for (int i = 0; i < COROUTINES; i++)
		need(!swapcontext(here(), &coroutines[i]), "switched");
	return argument;
}

int main(void)
{
	hazard_limit(20);
	hazard_rival_start(&rival);
	for (int i = 0; i < COROUTINES; i++) {
		need(!getcontext(&coroutines[i]), "context");
		coroutines[i].uc_stack.ss_sp = malloc(STACK_BYTES);
		coroutines[i].uc_stack.ss_size = STACK_BYTES;
		makecontext(&coroutines[i], (void (*)(void))body, 1, i);
	}
	for (int step = 0; step < STEPS; step++) {
		if (step % 2)
			run_each_once(NULL);
		else
			hazard_join(hazard_start(run_each_once, NULL));
	}
	for (int i = 0; i < COROUTINES; i++)
		need(steps[i] == STEPS, "coroutine %d made %d steps", i, steps[i]);
	hazard_rival_stop(&rival);
	return 0;
}
