/* SPDX-License-Identifier: MIT */
/* dlclose PLUGIN: loads the plug-in, waits for a mutex ten times in its code, and unloads it before any profile is
 * written. */
#include <dlfcn.h>

#include "known_waits.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static void (*plugin_hold)(pthread_mutex_t *mutex, void (*held)(void *argument), void *argument);

static void held(void *waits)
{
	known_waits_held(waits);
}

static void hold(struct known_waits *waits)
{
	plugin_hold(waits->object, held, waits);
}

int main(int argc, char **argv)
{
	void *plugin = argc > 1 ? dlopen(argv[1], RTLD_NOW) : NULL;
	struct known_waits waits = {.object = &mutex, .hold = hold, .rounds = 10, .hold_ms = 15};

	if (!plugin) {
		fprintf(stderr, "%s\n", dlerror());
		return 1;
	}
	plugin_hold = dlsym(plugin, "plugin_hold");
	waits.wait = dlsym(plugin, "plugin_wait");
	known_waits_run(&waits);
	dlclose(plugin);
	if (dlopen(argv[1], RTLD_NOW | RTLD_NOLOAD)) {
		fprintf(stderr, "the plug-in is still loaded\n");
		return 1;
	}
	return 0;
}
