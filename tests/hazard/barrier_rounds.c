/* SPDX-License-Identifier: MIT
 *
 * Goal: thousands of rounds at a barrier with two to eight threads: one of them is the serial thread, each time, none passes
 * early; the serial thread may destroy the barrier at once, and its memory be used for another.
 */
#include "hazard.h"

enum {
	ROUNDS = 1500,
	MOST = 8,
};

static pthread_barrier_t barrier, *_Atomic short_lived;
static unsigned threads;
static _Atomic unsigned arrived, serials;

static bool meet_at(pthread_barrier_t *here)
{
	int result = pthread_barrier_wait(here);

	need(!result || result == PTHREAD_BARRIER_SERIAL_THREAD, "barrier: %d", result);
	return result != 0;
}

static void *come_each_round(void *argument)
{
	for (unsigned round = 1; round <= ROUNDS; round++) {
		arrived++;
		serials += meet_at(&barrier);
		need(arrived >= round * threads, "all %u came in round %u: %u", threads, round, arrived);
	}
	return argument;
}

static pthread_barrier_t *make_barrier(void)
{
	pthread_barrier_t *made = malloc(sizeof(*made));

	need(made && !pthread_barrier_init(made, NULL, threads), "barrier");
	return made;
}

/* The serial thread destroys and frees the barrier that the others may not have left yet, and makes the next one. */
static void *come_once_each(void *argument)
{
	for (unsigned round = 1; round <= ROUNDS; round++) {
		pthread_barrier_t *here = short_lived;

		if (meet_at(here)) {
			need(!pthread_barrier_destroy(here), "destroyed");
			memset(here, 0xa5, sizeof(*here));
			free(here);
			short_lived = make_barrier();
			serials++;
		}
		meet_at(&barrier);
	}
	return argument;
}

static void run(void *(*body)(void *))
{
	pthread_t thread[MOST];

	arrived = serials = 0;
	need(!pthread_barrier_init(&barrier, NULL, threads), "barrier");
	short_lived = make_barrier();
	for (unsigned i = 0; i < threads; i++)
		thread[i] = hazard_start(body, NULL);
	for (unsigned i = 0; i < threads; i++)
		hazard_join(thread[i]);
	need(serials == ROUNDS, "one serial thread a round: %u", serials);
	need(!pthread_barrier_destroy(&barrier) && !pthread_barrier_destroy(short_lived), "nobody is inside");
	free(short_lived);
}

int main(void)
{
	hazard_limit(20);
	for (threads = 1; threads <= MOST; threads += 1 + (threads > 3)) {
		run(come_each_round);
		run(come_once_each);
	}
	return 0;
}
