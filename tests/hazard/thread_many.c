/* SPDX-License-Identifier: MIT
 * limit: 60
 *
 * Goal: 2,000 threads at once, more than any table of ours has room for, all wait for one mutex and one condition variable and
 * all come through.
 */
#include "hazard.h"

enum { THREADS = 2000 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER, all_there = PTHREAD_COND_INITIALIZER;
static unsigned arrived;
static bool go;

static void *thread_main(void *argument)
{
	pthread_mutex_lock(&mutex);
	if (++arrived == THREADS)
		pthread_cond_signal(&all_there);
	while (!go)
		pthread_cond_wait(&cond, &mutex);
	pthread_mutex_unlock(&mutex);
	return argument;
}

int main(void)
{
	static pthread_t threads[THREADS];
	pthread_attr_t attributes;
	int error;

	hazard_limit(60);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 32768);
	pthread_mutex_lock(&mutex);
	for (int i = 0; i < THREADS; i++) {
		error = pthread_create(&threads[i], &attributes, thread_main, NULL);
		if (error == EAGAIN)
			hazard_skip("the machine does not allow 2000 threads");
		need(!error, "thread %d", i);
	}
	while (arrived < THREADS)
		pthread_cond_wait(&all_there, &mutex);
	go = true;
	pthread_cond_broadcast(&cond);
	pthread_mutex_unlock(&mutex);
	for (int i = 0; i < THREADS; i++)
		hazard_join(threads[i]);
	return 0;
}
