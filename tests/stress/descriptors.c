/* SPDX-License-Identifier: MIT */
/* storm descriptors: children that take every descriptor from themselves, those that they were born with, too, while their threads
 * wait and ask for dumps. */
#include "theft.h"

enum {
	THEFTS = 8, /* of each child */
	THREADS = 2,
	FIRST = 3,
};

struct child {
	struct stress stress;
	_Atomic bool is_over;
};

static void *wait_and_ask(void *argument)
{
	struct stress_worker *worker = argument;
	struct child *child = worker->shared;

	while (!child->is_over) {
		certain_wait(stress_next(&worker->random));
		stress_ask_for_dump();
		unseen_sleep_us(1000);
	}
	return NULL;
}

static void *run_others(void *argument)
{
	struct child *child = argument;

	stress_run(&child->stress, THREADS, wait_and_ask, child);
	return NULL;
}

/* Dumps happen in handlers while it is alone, in another thread then. */
__attribute__((noreturn)) static void live(struct stress_worker *worker)
{
	struct child child = {.stress = *worker->stress};
	struct stress_random random = worker->random;
	pthread_t others;

	for (int i = 0; i < THEFTS; i++) {
		theft_commit(&random, FIRST);
		certain_wait(stress_next(&random));
		stress_ask_for_dump();
	}
	others = hazard_start(run_others, &child);
	for (int i = 0; i < THEFTS; i++)
		theft_commit(&random, FIRST);
	child.is_over = true;
	need(unseen_join(others), "the others");
	closefrom(FIRST);
	certain_waits(2);
	_exit(0);
}

static void *bear_thieves(void *argument)
{
	struct stress_worker *worker = argument;
	uint64_t thieves;

	for (thieves = 0; !stress_is_over(worker->stress); thieves++) {
		pid_t pid;

		stress_next(&worker->random); /* each steals in another way */
		pid = fork();
		if (!pid)
			live(worker);
		need(pid > 0 && unseen_wait(pid) == 0, "thief %d ended well", pid);
	}
	stress_note("thieves", thieves);
	return NULL;
}

void storm_descriptors(const struct stress *stress)
{
	stress_run(stress, stress->threads, bear_thieves, NULL);
}
