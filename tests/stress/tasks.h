/* SPDX-License-Identifier: MIT */
/* tasks: a thread that sends signals to all threads of the process, whosever they are.
 *
 * Unseen: it makes no wait that is an event, but for those of the handlers that interrupt it.
 */
#ifndef CONTEND_TESTS_STRESS_TASKS_H
#define CONTEND_TESTS_STRESS_TASKS_H

#include <stdatomic.h>

#include "stress.h"

struct tasks_pest {
	const struct stress *stress;
	int signal;
	unsigned at_once;  /* threads that get it in each round; 0: the process gets it */
	long pause_us;     /* between rounds */
	_Atomic bool stop; /* before the storm is over */
	uint64_t sent;
	pthread_t thread;
};

/* Sends until the storm is over or the pest is stopped. */
void tasks_pest_start(struct tasks_pest *pest);
void tasks_pest_join(struct tasks_pest *pest);

#endif
