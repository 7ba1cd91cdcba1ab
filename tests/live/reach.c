/* SPDX-License-Identifier: MIT */
/* reach bind|deep|namespace: opens the plug-in, in one of three ways, and has it wait once, for at least 30 ms; then waits itself. */
#include <dlfcn.h>
#include <stdatomic.h>

#include "held_up.h"
#include "known_waits.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static void (*wait_in_plugin)(pthread_mutex_t *mutex);

OWN_FRAME static void wait_in_program(pthread_mutex_t *what)
{
	pthread_mutex_lock(what);
	pthread_mutex_unlock(what);
	NO_TAIL_CALL();
}

static void from_plugin(void)
{
	wait_in_plugin(&mutex);
}

static void from_program(void)
{
	wait_in_program(&mutex);
}

static void hold_up(void (*wait)(void))
{
	pthread_t waiter;

	pthread_mutex_lock(&mutex);
	waiter = held_up_start(wait);
	pthread_mutex_unlock(&mutex);
	hazard_join(waiter);
}

static void *open_plugin(const char *way)
{
	const char *name = "reach_plugin.so";

	if (!strcmp(way, "deep"))
		return dlopen(name, RTLD_NOW | RTLD_DEEPBIND);
	if (!strcmp(way, "namespace"))
		return dlmopen(LM_ID_NEWLM, name, RTLD_NOW);
	return dlopen(name, RTLD_NOW);
}

int main(int argc, char **argv)
{
	void *plugin = argc == 2 ? open_plugin(argv[1]) : NULL;

	need(plugin, "plug-in: %s", dlerror());
	wait_in_plugin = (void (*)(pthread_mutex_t *))dlsym(plugin, "wait_in_plugin");
	need(wait_in_plugin, "its function");
	/* Another libc cannot be called by threads that are not its own: a plug-in of another namespace waits alone. */
	if (!strcmp(argv[1], "namespace"))
		wait_in_plugin(NULL);
	else
		hold_up(from_plugin);
	hold_up(from_program);
	return 0;
}
