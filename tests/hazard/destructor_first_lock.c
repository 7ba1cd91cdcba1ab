/* SPDX-License-Identifier: MIT
 *
 * Goal: the threads of a process are gone all the same when one of them contends for the first time in a late round of its
 * destructors: main leaves by pthread_exit and does so, and the process ends when it is done.
 */
#include "hazard.h"

enum { ROUND = 3, HOLD_US = 20000 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_key_t key;
static _Atomic int held;

static void *hold(void *argument)
{
	pthread_mutex_lock(&mutex);
	held = 1;
	hazard_sleep_us(HOLD_US);
	pthread_mutex_unlock(&mutex);
	return argument;
}

static void destroy(void *round)
{
	if ((long)round < ROUND) {
		pthread_setspecific(key, (void *)((long)round + 1));
		return;
	}
	pthread_t holder = hazard_start(hold, NULL);

	while (!held)
		hazard_sleep_us(100);
	pthread_mutex_lock(&mutex);
	pthread_mutex_unlock(&mutex);
	hazard_join(holder);
	printf("contended in round %ld\n", (long)round);
	fflush(stdout);
}

int main(void)
{
	hazard_limit(10);
	need(!pthread_key_create(&key, destroy), "a key");
	pthread_setspecific(key, (void *)1);
	pthread_exit(NULL);
}
