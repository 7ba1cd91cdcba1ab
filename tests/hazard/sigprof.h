/* SPDX-License-Identifier: MIT */
/* sigprof: another profiler, as the programs sigprof_* have it: a 1 kHz timer whose handler walks the stack, while threads contend. */
#ifndef CONTEND_TESTS_SIGPROF_H
#define CONTEND_TESTS_SIGPROF_H

#include <sys/time.h>

#include "hazard.h"

enum {
	SIGPROF_SECONDS = 2,
	SIGPROF_FRAMES = 64,
};

/* Stores the addresses of the frames of the calling function and its callers; returns how many. */
typedef int sigprof_walk(void **frames, int limit);

static sigprof_walk *sigprof_walker;
static _Atomic unsigned long sigprof_samples, sigprof_deep;

static inline void sigprof_handler(int signal)
{
	void *frames[SIGPROF_FRAMES];
	int count, error = errno;

	(void)signal;
	count = sigprof_walker(frames, SIGPROF_FRAMES);
	sigprof_samples++;
	sigprof_deep += count > 3;
	errno = error;
}

static inline void sigprof_run(sigprof_walk *walk)
{
	struct sigaction action = {.sa_handler = sigprof_handler, .sa_flags = SA_RESTART};
	struct itimerval fast = {{0, 1000}, {0, 1000}}, off = {{0, 0}, {0, 0}};
	uint64_t end_ns = hazard_now_ns() + SIGPROF_SECONDS * UINT64_C(1000000000);

	sigprof_walker = walk;
	need(!sigaction(SIGPROF, &action, NULL) && !setitimer(ITIMER_PROF, &fast, NULL), "profiler");
	while (hazard_now_ns() < end_ns)
		hazard_contend(4, 2000);
	setitimer(ITIMER_PROF, &off, NULL);
	need(sigprof_samples > 10 && sigprof_deep * 2 > sigprof_samples, "stacks were seen: %lu of %lu", sigprof_deep,
	     sigprof_samples);
}

#endif
