/* SPDX-License-Identifier: MIT
 * limit: 60
 *
 * Goal: 20,000 short threads, 64 at a time, each with a contended lock and a wait: all are made, all end, memory does not grow
 * with their number.
 */
#include <sys/resource.h>

#include "hazard.h"

enum {
	THREADS = 20000,
	AT_A_TIME = 64,
	GROWTH_LIMIT_KB = 4096, /* from the first tenth to the end */
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static unsigned sections; /* protected by mutex */

static void *short_life(void *argument)
{
	pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
	struct timespec past = {1, 0};

	pthread_mutex_lock(&mutex);
	sections++;
	pthread_cond_timedwait(&cond, &mutex, &past);
	pthread_mutex_unlock(&mutex);
	return argument;
}

int main(void)
{
	pthread_t threads[AT_A_TIME];
	pthread_attr_t attributes;
	long early_kb = 0;

	hazard_limit(60);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 65536);
	for (int made = 0; made < THREADS; made++) {
		if (made >= AT_A_TIME)
			hazard_join(threads[made % AT_A_TIME]);
		need(!pthread_create(&threads[made % AT_A_TIME], &attributes, short_life, NULL), "thread %d", made);
		if (made == THREADS / 10)
			early_kb = hazard_resident_kb();
	}
	for (int i = 0; i < AT_A_TIME; i++)
		hazard_join(threads[i]);
	need(sections == THREADS, "critical sections: %u", sections);
	need(hazard_resident_kb() - early_kb < GROWTH_LIMIT_KB, "memory grew by %ld KB",
	     hazard_resident_kb() - early_kb);
	return 0;
}
