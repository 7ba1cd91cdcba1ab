/* SPDX-License-Identifier: MIT */
/* storm thefts: one thread takes all descriptors from the others all the time, while they wait and ask for dumps. Not beside storms
 * that have descriptors of their own. */
#include "theft.h"

enum {
	FIRST = 4, /* behind the notes */
	DUMP_EVERY = 32,
};

static void *wait_and_ask(void *argument)
{
	struct stress_worker *worker = argument;

	while (!stress_is_over(worker->stress)) {
		certain_wait(stress_next(&worker->random));
		if (stress_below(&worker->random, DUMP_EVERY) == 0)
			stress_ask_for_dump();
		unseen_sleep_us(200);
	}
	return NULL;
}

static void *steal(void *argument)
{
	const struct stress *stress = argument;
	struct stress_random random = stress_random(stress, stress->threads);
	uint64_t thefts;

	for (thefts = 0; !stress_is_over(stress); thefts++)
		theft_commit(&random, FIRST);
	stress_note("thefts", thefts);
	return NULL;
}

void storm_thefts(const struct stress *stress)
{
	pthread_t thief = hazard_start(steal, (void *)stress);

	stress_run(stress, stress->threads, wait_and_ask, NULL);
	need(unseen_join(thief), "the thief");
}
