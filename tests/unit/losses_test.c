/* SPDX-License-Identifier: MIT */
/* Goal of this test: every loss is counted in its own place, from any thread, and has words; early ones do no harm. */
#include <string.h>

#include "check.h"
#include "losses.h"

enum { THREADS = 4, ROUNDS = 10000 };

static uint64_t count(struct losses *losses, int loss)
{
	return atomic_load_explicit(&losses->events[loss], memory_order_relaxed);
}

static uint64_t total(struct losses *losses)
{
	uint64_t sum = 0;

	for (int loss = 0; loss < LOSS_COUNT; loss++)
		sum += count(losses, loss);
	return sum;
}

static void test_each_has_its_place_and_words(void)
{
	static struct losses losses;

	losses_init(&losses);
	for (int loss = 0; loss < LOSS_COUNT; loss++) {
		losses_add(loss);
		is_u64(count(&losses, loss), 1, "loss %d is counted", loss);
		is_u64(total(&losses), (uint64_t)loss + 1, "and nothing else");
		ok(losses_words(loss) && strlen(losses_words(loss)) > 10, "it is called: %s", losses_words(loss));
		for (int other = 0; other < loss; other++)
			if (strcmp(losses_words(other), losses_words(loss)) == 0)
				ok(false, "losses %d and %d have the same words", other, loss);
	}
}

static void test_another_region_counts_from_zero(void)
{
	static struct losses parent, child;

	losses_init(&parent);
	losses_add(LOSS_REENTERED);
	losses_init(&child);
	losses_add(LOSS_REENTERED);
	losses_add(LOSS_REENTERED);
	is_u64(count(&parent, LOSS_REENTERED), 1, "the parent's region keeps its count");
	is_u64(count(&child, LOSS_REENTERED), 2, "the child's has its own");
}

static void add_many(unsigned number, void *argument)
{
	(void)number;
	(void)argument;
	for (int i = 0; i < ROUNDS; i++)
		losses_add(LOSS_SAMPLES_FULL);
}

static void test_threads_lose_no_count(void)
{
	static struct losses losses;

	losses_init(&losses);
	t_run(THREADS, add_many, NULL);
	is_u64(count(&losses, LOSS_SAMPLES_FULL), THREADS * ROUNDS, "%d threads count together", THREADS);
}

int main(void)
{
	static struct losses losses;

	losses_add(LOSS_REENTERED);
	losses_init(&losses);
	is_u64(total(&losses), 0, "a loss before there is a region is not counted");
	test_each_has_its_place_and_words();
	test_another_region_counts_from_zero();
	test_threads_lose_no_count();
	return done();
}
