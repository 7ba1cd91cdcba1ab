/* SPDX-License-Identifier: MIT
 * flags: -rdynamic
 *
 * Goal: a program that defines pthread_mutex_lock and pthread_mutex_unlock itself, and forwards to the next, works; the next
 * is called once for each call.
 */
#include <dlfcn.h>

#include "hazard.h"

static unsigned long own_calls;

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
	static int (*next)(pthread_mutex_t *);

	if (!next)
		next = (int (*)(pthread_mutex_t *))dlsym(RTLD_NEXT, "pthread_mutex_lock");
	__atomic_add_fetch(&own_calls, 1, __ATOMIC_RELAXED);
	return next(mutex);
}

int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
	static int (*next)(pthread_mutex_t *);

	if (!next)
		next = (int (*)(pthread_mutex_t *))dlsym(RTLD_NEXT, "pthread_mutex_unlock");
	__atomic_add_fetch(&own_calls, 1, __ATOMIC_RELAXED);
	return next(mutex);
}

int main(void)
{
	hazard_limit(30);
	hazard_contend(4, 200);
	printf("%lu calls\n", __atomic_load_n(&own_calls, __ATOMIC_RELAXED));
	return 0;
}
