/* SPDX-License-Identifier: MIT */
/* A plug-in that waits for the mutex it is given; given none, for a deadline that is 30 ms away. */
#include <pthread.h>
#include <time.h>

void wait_in_plugin(pthread_mutex_t *mutex);

void wait_in_plugin(pthread_mutex_t *mutex)
{
	static pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;
	struct timespec deadline;

	if (mutex) {
		pthread_mutex_lock(mutex);
		pthread_mutex_unlock(mutex);
		return;
	}
	clock_gettime(CLOCK_REALTIME, &deadline);
	deadline.tv_nsec += 30000000;
	deadline.tv_sec += deadline.tv_nsec / 1000000000;
	deadline.tv_nsec %= 1000000000;
	pthread_mutex_lock(&own);
	pthread_mutex_timedlock(&own, &deadline);
	pthread_mutex_unlock(&own);
}
