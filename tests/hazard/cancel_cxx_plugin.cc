/* SPDX-License-Identifier: MIT
 * A C++ plug-in of a C program: waits with an object alive whose destructor must run.
 */
#include "hazard.h"

static int destroyed;

struct Object {
	pthread_mutex_t *mutex;

	~Object()
	{
		destroyed++;
		pthread_mutex_unlock(mutex);
	}
};

extern "C" void cancel_cxx_wait(pthread_mutex_t *mutex, pthread_cond_t *cond, int *ready)
{
	pthread_mutex_lock(mutex);
	Object object{mutex};
	__atomic_store_n(ready, gettid(), __ATOMIC_RELEASE);
	for (;;)
		pthread_cond_wait(cond, mutex);
}

extern "C" int cancel_cxx_throw(void)
{
	try {
		throw 42;
	} catch (int value) {
		return value;
	}
}

extern "C" int cancel_cxx_destroyed(void)
{
	return destroyed;
}
