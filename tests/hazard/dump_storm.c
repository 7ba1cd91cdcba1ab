/* SPDX-License-Identifier: MIT
 *
 * Goal: dumps asked for all the time, faster than they can be written, while threads contend, are made and end, fork and load
 * plug-ins: the program runs on as if nothing was asked. (A bare program ignores the signal.)
 */
#include <dlfcn.h>

#include "hazard.h"

enum { MS = 2000 };

static _Atomic int stop;

static void *ask(void *argument)
{
	while (!stop) {
		kill(getpid(), SIGUSR2);
		hazard_sleep_us(500);
	}
	return argument;
}

static void *come_and_go(void *argument)
{
	while (!stop)
		hazard_contend(3, 20);
	return argument;
}

static void *load(void *argument)
{
	while (!stop) {
		void *plugin = dlopen("dlclose_reload_plugin_a.so", RTLD_NOW);

		need(plugin, "plug-in: %s", dlerror());
		dlclose(plugin);
		hazard_sleep_us(2000);
	}
	return argument;
}

static void *fork_often(void *argument)
{
	while (!stop) {
		pid_t pid = fork();

		need(pid >= 0, "fork");
		if (!pid) {
			kill(getpid(), SIGUSR2);
			hazard_contend(2, 10);
			_exit(0);
		}
		need(hazard_wait(pid) == 0, "the child ended well");
		hazard_sleep_us(5000);
	}
	return argument;
}

int main(void)
{
	static void *(*const bodies[])(void *) = {ask, come_and_go, load, fork_often};
	pthread_t threads[4];

	hazard_limit(40);
	if (!hazard_is_preloaded())
		signal(SIGUSR2, SIG_IGN);
	for (int i = 0; i < 4; i++)
		threads[i] = hazard_start(bodies[i], NULL);
	for (uint64_t end_ns = hazard_now_ns() + MS * UINT64_C(1000000); hazard_now_ns() < end_ns;)
		hazard_contend(4, 100);
	stop = 1;
	for (int i = 0; i < 4; i++)
		hazard_join(threads[i]);
	return 0;
}
