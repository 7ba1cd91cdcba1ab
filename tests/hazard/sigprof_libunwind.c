/* SPDX-License-Identifier: MIT
 *
 * Goal: another profiler, whose SIGPROF handler walks the stack with the system's libunwind, works while every wait is recorded;
 * it sees its own stacks, and we do ours with none of its functions.
 */
#include <dlfcn.h>

#include "sigprof.h"

static int (*unwind)(void **frames, int limit);

static int walk(void **frames, int limit)
{
	return unwind(frames, limit);
}

int main(void)
{
	void *library = dlopen("libunwind.so.8", RTLD_NOW);
	void *first[1];

	hazard_limit(20);
	if (!library)
		hazard_skip("libunwind is not installed");
	unwind = (int (*)(void **, int))dlsym(library, "unw_backtrace");
	need(unwind, "its function");
	unwind(first, 1); /* it opens what it needs outside the handler */
	sigprof_run(walk);
	return 0;
}
