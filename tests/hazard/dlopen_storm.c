/* SPDX-License-Identifier: MIT
 * flags: -rdynamic
 *
 * Goal: threads that load and unload a plug-in whose constructor, code and destructor take a contended mutex, while others
 * contend for the same mutex (and dumps are asked for): no deadlock with the loader, no crash in unloaded code.
 */
#include <dlfcn.h>

#include "hazard.h"

enum {
	LOADERS = 3,
	ROUNDS = 300,
};

pthread_mutex_t dlopen_storm_mutex = PTHREAD_MUTEX_INITIALIZER;
static _Atomic int loaders_left = LOADERS;

static void *load(void *argument)
{
	for (int i = 0; i < ROUNDS; i++) {
		void *plugin = dlopen("dlopen_storm_plugin.so", i % 2 ? RTLD_NOW : RTLD_LAZY);
		int (*use)(int);

		need(plugin, "plug-in: %s", dlerror());
		use = (int (*)(int))dlsym(plugin, "dlopen_storm_use");
		need(use && use(5) == 5, "used");
		need(!dlclose(plugin), "closed");
	}
	loaders_left--;
	return argument;
}

static void *contend(void *argument)
{
	while (loaders_left) {
		pthread_mutex_lock(&dlopen_storm_mutex);
		hazard_sleep_us(20);
		pthread_mutex_unlock(&dlopen_storm_mutex);
	}
	return argument;
}

int main(void)
{
	pthread_t loaders[LOADERS], contenders[2];

	hazard_limit(40);
	for (int i = 0; i < 2; i++)
		contenders[i] = hazard_start(contend, NULL);
	for (int i = 0; i < LOADERS; i++)
		loaders[i] = hazard_start(load, NULL);
	while (hazard_is_preloaded() && loaders_left) {
		kill(getpid(), SIGUSR2);
		hazard_sleep_us(50000);
	}
	for (int i = 0; i < LOADERS; i++)
		hazard_join(loaders[i]);
	for (int i = 0; i < 2; i++)
		hazard_join(contenders[i]);
	return 0;
}
