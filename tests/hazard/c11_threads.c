/* SPDX-License-Identifier: MIT
 *
 * Goal: threads made by thrd_create, which no wrapper of pthread_create sees, contend on pthread mutexes and wait like others;
 * mixed with pthread threads and C11 mutexes.
 */
#include "hazard/each_call.h"

static mtx_t own;
static struct hazard_rival rival;
static unsigned sections; /* protected by own */

static int work(void *argument)
{
	(void)argument;
	hazard_call_each();
	for (int i = 0; i < 10; i++) {
		hazard_rival_meet(&rival, 1);
		mtx_lock(&own);
		sections++;
		mtx_unlock(&own);
	}
	return 7;
}

static int brief(void *argument)
{
	hazard_sleep_us(1000);
	return argument != NULL;
}

static void *work_pthread(void *argument)
{
	work(argument);
	return NULL;
}

int main(void)
{
	thrd_t threads[8];
	pthread_t others[8];
	int result;

	hazard_limit(20);
	need(mtx_init(&own, mtx_plain) == thrd_success, "C11 mutex");
	/* The first thread of the process is one that we do not see being made. */
	need(thrd_create(&threads[0], brief, NULL) == thrd_success, "first thread");
	thrd_join(threads[0], NULL);
	hazard_rival_start(&rival);
	for (int i = 0; i < 8; i++) {
		need(thrd_create(&threads[i], work, NULL) == thrd_success, "C11 thread");
		others[i] = hazard_start(work_pthread, NULL);
	}
	for (int i = 0; i < 8; i++) {
		need(thrd_join(threads[i], &result) == thrd_success && result == 7, "joined with its result");
		hazard_join(others[i]);
	}
	need(sections == 160, "critical sections: %u", sections);
	hazard_rival_stop(&rival);
	return 0;
}
