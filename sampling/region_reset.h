/* SPDX-License-Identifier: MIT */
/* region_reset: what was recorded so far is forgotten, as if the process had just started, while its threads go on recording.
 *
 * Called from   who writes dumps, so that none is written meanwhile; not in a signal handler.
 * What is kept  stacks, locks and labels that are known; waits in progress, which will count whole; what recording has cost.
 * Concurrency   an event that is recorded at the same time is forgotten or kept, whole. Readers of other processes look at `number`
 *               before and after.
 * Counters that their owners alone may write are not set back: reports leave out what they had come to.
 */
#ifndef CONTEND_REGION_RESET_H
#define CONTEND_REGION_RESET_H

#include <stdatomic.h>
#include <stdint.h>

#include "losses.h"

/* In the region. */
struct region_reset {
	_Atomic uint32_t number;        /* grows by 2 with each reset; odd during one */
	_Atomic int64_t wall_ns;        /* of the last, since 1970 */
	_Atomic uint64_t handoff_ticks; /* of all threads, then */
	struct losses losses;           /* then */
};

void region_reset(void);

#endif
