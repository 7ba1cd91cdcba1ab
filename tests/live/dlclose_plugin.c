/* SPDX-License-Identifier: MIT */
#include <pthread.h>

int plugin_wait(void *mutex);
void plugin_hold(pthread_mutex_t *mutex, void (*held)(void *argument), void *argument);

int plugin_wait(void *mutex)
{
	int error = pthread_mutex_lock(mutex);

	pthread_mutex_unlock(mutex);
	__asm__ volatile("" ::: "memory"); /* no tail call */
	return error;
}

void plugin_hold(pthread_mutex_t *mutex, void (*held)(void *argument), void *argument)
{
	pthread_mutex_lock(mutex);
	held(argument);
	pthread_mutex_unlock(mutex);
	__asm__ volatile("" ::: "memory");
}
