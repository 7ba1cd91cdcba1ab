/* SPDX-License-Identifier: MIT
 *
 * Goal: another preloaded library that wraps the same functions works, before and behind us: neither calls the other without
 * end, and each call reaches it exactly once.
 */
#include <dlfcn.h>

#include "hazard.h"

static void check_calls(void)
{
	int *calls = (int *)dlsym(RTLD_DEFAULT, "coexist_wrapper_calls");
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
	struct timespec soon = hazard_deadline(CLOCK_MONOTONIC, 5);
	int before;

	need(calls, "the other preload is there");
	before = __atomic_load_n(calls, __ATOMIC_RELAXED);
	pthread_mutex_lock(&mutex);
	pthread_mutex_trylock(&mutex);
	need(pthread_cond_clockwait(&cond, &mutex, CLOCK_MONOTONIC, &soon) == ETIMEDOUT, "timed wait");
	pthread_mutex_unlock(&mutex);
	need(__atomic_load_n(calls, __ATOMIC_RELAXED) == before + 4, "four calls seen as %d", *calls - before);
}

int main(int argc, char **argv)
{
	(void)argv;
	hazard_limit(30);
	hazard_contend(4, 100);
	if (argc > 1) {
		check_calls();
		return 0;
	}
	hazard_run_with_preload("coexist_wrapper_plugin");
	return 0;
}
