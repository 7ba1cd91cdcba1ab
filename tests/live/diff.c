/* SPDX-License-Identifier: MIT */
/* diff ROUNDS HOLD_MS ROUNDS HOLD_MS: so often, and so long, two locks are waited for, one after the other. Prints how many ns
 * each of them was. */
#include <inttypes.h>

#include "known_waits.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

KNOWN_WAIT(wait_for_first)
KNOWN_HOLD(hold_first)
KNOWN_WAIT(wait_for_second)
KNOWN_HOLD(hold_second)

int main(int argc, char **argv)
{
	struct known_waits waits[] = {{.object = &mutex, .wait = wait_for_first, .hold = hold_first},
				      {.object = &mutex, .wait = wait_for_second, .hold = hold_second}};

	for (int i = 0; i < 2 && argc == 5; i++) {
		waits[i].rounds = atoi(argv[1 + 2 * i]);
		waits[i].hold_ms = atoi(argv[2 + 2 * i]);
		known_waits_run(&waits[i]);
		printf("%" PRIu64 "\n", waits[i].waited_ns);
	}
	return argc != 5;
}
