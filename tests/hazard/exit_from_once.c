/* SPDX-License-Identifier: MIT
 *
 * Goal: pthread_exit from a pthread_once routine, from deep inside a lock's critical section and from main works; the once is
 * run anew by the next thread; the process ends with its last thread.
 */
#include "hazard.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_t main_thread;
static int runs;

static void routine(void)
{
	hazard_contend(2, 20);
	if (!runs++)
		pthread_exit(NULL);
}

static void *call_once_routine(void *argument)
{
	pthread_once(&once, routine);
	return argument;
}

static void unlock(void *argument)
{
	pthread_mutex_unlock(argument);
}

static void *exit_holding(void *argument)
{
	pthread_mutex_lock(&mutex);
	pthread_cleanup_push(unlock, &mutex);
	pthread_exit(argument);
	pthread_cleanup_pop(1);
	return NULL;
}

static void *outlive_main(void *argument)
{
	(void)argument;
	hazard_join(main_thread);
	hazard_contend(4, 100);
	printf("the last thread\n");
	return NULL;
}

int main(void)
{
	hazard_limit(20);
	hazard_join(hazard_start(call_once_routine, NULL));
	hazard_join(hazard_start(call_once_routine, NULL));
	need(runs == 2, "the routine ran again after it was left: %d", runs);
	hazard_join(hazard_start(exit_holding, NULL));
	need(!pthread_mutex_trylock(&mutex), "unlocked by the handler");
	main_thread = pthread_self();
	hazard_start(outlive_main, NULL);
	pthread_exit(NULL);
}
