/* SPDX-License-Identifier: MIT */
/* single_stacks: a process that never has a second thread waits once from each of 4096 stacks. */
#include <time.h>

#include "known_waits.h"

enum { DEPTH = 6, STACKS = 1 << (2 * DEPTH) };

static void step(unsigned path, unsigned depth);

/* The digits of a path to base 4 choose which of them calls the next. */
#define STEP(name)                                                                                                     \
	OWN_FRAME static void name(unsigned path, unsigned depth)                                                      \
	{                                                                                                              \
		step(path, depth);                                                                                     \
		NO_TAIL_CALL();                                                                                        \
	}
STEP(step_0)
STEP(step_1)
STEP(step_2)
STEP(step_3)

OWN_FRAME static void wait_at_end(void)
{
	nanosleep(&(struct timespec){.tv_nsec = 1}, NULL);
	NO_TAIL_CALL();
}

static void step(unsigned path, unsigned depth)
{
	static void (*const steps[])(unsigned path, unsigned depth) = {step_0, step_1, step_2, step_3};

	if (depth == 0)
		wait_at_end();
	else
		steps[path % 4](path / 4, depth - 1);
}

int main(void)
{
	for (unsigned path = 0; path < STACKS; path++)
		step(path, DEPTH);
	return 0;
}
