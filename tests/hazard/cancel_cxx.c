/* SPDX-License-Identifier: MIT
 *
 * Goal: a C program that opens a C++ plug-in and cancels a thread in it: the plug-in's destructor runs, its exceptions work. An
 * unwinder among the preloaded libraries that exports _Unwind_* would break both.
 */
#include <dlfcn.h>

#include "hazard.h"

static void (*cancel_cxx_wait)(pthread_mutex_t *, pthread_cond_t *, int *);
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static int ready;

static void *wait_there(void *argument)
{
	cancel_cxx_wait(&mutex, &cond, &ready);
	return argument;
}

int main(void)
{
	void *plugin = dlopen("cancel_cxx_plugin.so", RTLD_NOW);
	int (*throw_there)(void), (*destroyed)(void);
	pthread_t thread;
	void *result;

	hazard_limit(20);
	need(plugin, "plug-in: %s", dlerror());
	cancel_cxx_wait = (void (*)(pthread_mutex_t *, pthread_cond_t *, int *))dlsym(plugin, "cancel_cxx_wait");
	throw_there = (int (*)(void))dlsym(plugin, "cancel_cxx_throw");
	destroyed = (int (*)(void))dlsym(plugin, "cancel_cxx_destroyed");
	for (int i = 1; i <= 20; i++) {
		__atomic_store_n(&ready, 0, __ATOMIC_RELEASE);
		thread = hazard_start(wait_there, NULL);
		while (!__atomic_load_n(&ready, __ATOMIC_ACQUIRE))
			hazard_sleep_us(100);
		hazard_await_asleep(ready);
		need(!pthread_cancel(thread) && !pthread_join(thread, &result), "cancelled and joined");
		need(result == PTHREAD_CANCELED, "ended by the cancellation");
		need(destroyed() == i, "the destructor ran");
		need(throw_there() == 42, "an exception is caught");
	}
	return 0;
}
