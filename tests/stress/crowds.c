/* SPDX-License-Identifier: MIT */
/* storm crowds: so many threads at a time, more than the region has records for; each waits several times while all others live. */
#include "stress.h"

enum { WAITS = 3 };

struct crowd {
	uint32_t arrived, left; /* threads; atomic */
	unsigned threads;
};

static void await_all(uint32_t *count, uint32_t threads)
{
	uint32_t seen = __atomic_add_fetch(count, 1, __ATOMIC_SEQ_CST);

	if (seen == threads)
		unseen_wake_all(count);
	for (; seen < threads; seen = __atomic_load_n(count, __ATOMIC_SEQ_CST))
		unseen_await_change(count, seen);
}

static void *wait_in_crowd(void *argument)
{
	struct stress_worker *worker = argument;
	struct crowd *crowd = worker->shared;

	certain_wait(worker->number);
	await_all(&crowd->arrived, crowd->threads);
	for (unsigned i = 0; i < WAITS; i++)
		certain_wait(stress_next(&worker->random));
	await_all(&crowd->left, crowd->threads);
	return NULL;
}

void storm_crowds(const struct stress *stress)
{
	uint64_t crowds = 0;

	do {
		struct crowd crowd = {.threads = stress->threads};

		stress_run(stress, stress->threads, wait_in_crowd, &crowd);
		crowds++;
	} while (!stress_is_over(stress));
	stress_note("crowds", crowds);
}
