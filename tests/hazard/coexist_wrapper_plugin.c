/* SPDX-License-Identifier: MIT
 * A preload that stands in front of the same functions, resolves them when first called and forwards to the next.
 */
#include <dlfcn.h>

#include "hazard.h"

int coexist_wrapper_calls;

#define WRAP(name, parameters, arguments)                                                                              \
	int name parameters                                                                                            \
	{                                                                                                              \
		static int(*next) parameters;                                                                          \
		if (!next)                                                                                             \
			next = (int(*) parameters)dlsym(RTLD_NEXT, #name);                                             \
		__atomic_add_fetch(&coexist_wrapper_calls, 1, __ATOMIC_RELAXED);                                       \
		return next arguments;                                                                                 \
	}
WRAP(pthread_mutex_lock, (pthread_mutex_t * mutex), (mutex))
WRAP(pthread_mutex_trylock, (pthread_mutex_t * mutex), (mutex))
WRAP(pthread_mutex_unlock, (pthread_mutex_t * mutex), (mutex))
WRAP(pthread_cond_clockwait,
     (pthread_cond_t * cond, pthread_mutex_t *mutex, clockid_t clock, const struct timespec *deadline),
     (cond, mutex, clock, deadline))
