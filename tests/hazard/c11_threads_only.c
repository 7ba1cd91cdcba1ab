/* SPDX-License-Identifier: MIT
 *
 * Goal: a program all of whose threads are made by thrd_create: contended pthread mutexes work though pthread_create was never
 * called.
 */
#include <threads.h>

#include "hazard.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static unsigned sections; /* protected by mutex */

static int work(void *argument)
{
	(void)argument;
	for (int i = 0; i < 200; i++) {
		pthread_mutex_lock(&mutex);
		sections++;
		if (i % 8 == 0)
			hazard_sleep_us(20);
		pthread_mutex_unlock(&mutex);
	}
	return 0;
}

int main(void)
{
	thrd_t threads[8];

	hazard_limit(20);
	for (int i = 0; i < 8; i++)
		need(thrd_create(&threads[i], work, NULL) == thrd_success, "C11 thread");
	for (int i = 0; i < 8; i++)
		thrd_join(threads[i], NULL);
	need(sections == 1600, "critical sections: %u", sections);
	return 0;
}
