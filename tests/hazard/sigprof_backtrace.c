/* SPDX-License-Identifier: MIT
 *
 * Goal: another profiler, whose SIGPROF handler calls backtrace(), works while every wait is recorded.
 */
#include <execinfo.h>
#include <sys/time.h>

#include "hazard.h"

enum {
	SECONDS = 2,
	FRAMES = 64,
};

static _Atomic unsigned long samples, deep;

static void handler(int signal)
{
	void *frames[FRAMES];
	int count, error = errno;

	(void)signal;
	count = backtrace(frames, FRAMES);
	samples++;
	deep += count > 3;
	errno = error;
}

int main(void)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
	struct itimerval fast = {{0, 1000}, {0, 1000}}, off = {{0, 0}, {0, 0}};
	uint64_t end_ns = hazard_now_ns() + SECONDS * UINT64_C(1000000000);
	void *first[1];

	hazard_limit(20);
	backtrace(first, 1); /* loads what it needs outside the handler */
	need(!sigaction(SIGPROF, &action, NULL) && !setitimer(ITIMER_PROF, &fast, NULL), "profiler");
	while (hazard_now_ns() < end_ns)
		hazard_contend(4, 2000);
	setitimer(ITIMER_PROF, &off, NULL);
	need(samples > 10 && deep * 2 > samples, "stacks were seen: %lu of %lu", deep, samples);
	return 0;
}
