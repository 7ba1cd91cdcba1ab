/* SPDX-License-Identifier: MIT */
/* on_demand: for each line "N" of standard input waits N times for a mutex, and says "done" and how often so far. Ends with its
 * input. */
#include "plain_waits.h"

enum { HOLD_MS = 10 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

int main(void)
{
	unsigned rounds, total = 0;

	printf("ready\n");
	fflush(stdout);
	while (scanf("%u", &rounds) == 1) {
		struct known_waits waits = {
			.object = &mutex, .wait = wait_for_it, .hold = hold_it, .rounds = rounds, .hold_ms = HOLD_MS};

		known_waits_run(&waits);
		total += rounds;
		printf("done %u\n", total);
		fflush(stdout);
	}
	return 0;
}
