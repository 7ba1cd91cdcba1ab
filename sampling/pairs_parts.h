/* SPDX-License-Identifier: MIT */
/* pairs_parts: what a thread's record has of the waiters of one release (pairs.h). */
#ifndef CONTEND_PAIRS_PARTS_H
#define CONTEND_PAIRS_PARTS_H

#include <stdint.h>

#define PAIRS_LIMIT      16  /* different stacks that wait for one lock; what further ones waited has no stack */
#define PAIRS_DEPTH_MOST 500 /* frames of either stack, so that both are one sample */

/* Waiters with the same stack. */
struct pair {
	uint64_t delay_ticks;
	uint32_t unit; /* of the sample of their wait */
	uint32_t waiters;
};

struct pairs {
	uint32_t number; /* grows with each release; another one may have come between, in a signal handler */
	uint32_t count;
	struct pair pairs[PAIRS_LIMIT];
};

#endif
