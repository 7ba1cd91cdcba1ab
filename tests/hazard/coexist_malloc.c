/* SPDX-License-Identifier: MIT
 *
 * Goal: an application allocator that takes a pthread mutex, and contends on it, is never called by the profiler: not at
 * start-up, not while it holds its mutex, not when a wait inside it is recorded.
 */
#include <dlfcn.h>

#include "hazard.h"

static void *volatile sink;

static void *allocate(void *argument)
{
	(void)argument;
	for (int i = 0; i < 20000; i++)
		free(sink = malloc(32));
	return NULL;
}

int main(int argc, char **argv)
{
	int *met;

	(void)argv;
	hazard_limit(30);
	if (argc == 1) {
		hazard_run_with_preload("coexist_malloc_plugin");
		return 0;
	}
	met = (int *)dlsym(RTLD_DEFAULT, "coexist_malloc_met");
	need(met, "the allocator is there");
	for (int round = 0; round < 20 && __atomic_load_n(met, __ATOMIC_RELAXED) < 20; round++) {
		pthread_t threads[4];

		for (int i = 0; i < 4; i++)
			threads[i] = hazard_start(allocate, NULL);
		for (int i = 0; i < 4; i++)
			hazard_join(threads[i]);
	}
	need(__atomic_load_n(met, __ATOMIC_RELAXED) > 0, "there was contention inside malloc");
	return 0;
}
