/* SPDX-License-Identifier: MIT
 * flags: -nostdlib
 *
 * A library that is linked without libc, and so asks for functions of no version: it gets the first of each.
 */
#include <pthread.h>

#include "hazard/unversioned_conditions.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void *let_go(void *argument)
{
	struct unversioned *object = argument;

	pthread_mutex_lock(&mutex);
	object->is_ready = 1;
	pthread_cond_signal(&object->cond);
	pthread_cond_broadcast(&object->cond);
	pthread_mutex_unlock(&mutex);
	return argument;
}

int unversioned_wait(struct unversioned *object)
{
	const struct timespec past = {.tv_sec = 1};
	int result;

	object->is_ready = 0;
	pthread_cond_init(&object->cond, NULL);
	pthread_mutex_lock(&mutex);
	result = pthread_cond_timedwait(&object->cond, &mutex, &past);
	object->start(let_go, object);
	while (!object->is_ready)
		pthread_cond_wait(&object->cond, &mutex);
	pthread_mutex_unlock(&mutex);
	object->join();
	pthread_cond_destroy(&object->cond);
	return result;
}
