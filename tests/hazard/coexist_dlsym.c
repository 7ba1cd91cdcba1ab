/* SPDX-License-Identifier: MIT
 *
 * Goal: another preloaded library that wraps dlsym, so that "the next function" is asked for in its name, works before and behind
 * us: what it finds for us may be our own functions, which must not call themselves.
 */
#include <dlfcn.h>

#include "hazard.h"

static void *read_and_lock(void *argument)
{
	char byte;

	need(read(*(int *)argument, &byte, 1) == 1 && byte == 'x', "read");
	hazard_contend(2, 100);
	return NULL;
}

int main(int argc, char **argv)
{
	const unsigned *calls;
	pthread_t thread;
	int ends[2];

	(void)argv;
	hazard_limit(20);
	if (argc == 1) {
		hazard_run_with_preload("coexist_dlsym_plugin");
		return 0;
	}
	calls = (const unsigned *)dlsym(RTLD_DEFAULT, "coexist_dlsym_calls");
	need(calls && *calls > 0, "dlsym is the other library's");
	need(!pipe(ends), "pipe");
	thread = hazard_start(read_and_lock, &ends[0]);
	hazard_contend(4, 100);
	need(write(ends[1], "x", 1) == 1, "written");
	hazard_join(thread);
	return 0;
}
