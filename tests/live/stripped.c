/* SPDX-License-Identifier: MIT */
/* Two functions wait for each other's critical sections; nothing tells their names once this program is stripped. */
#include "known_waits.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

KNOWN_WAIT(secret_wait)
KNOWN_WAIT(secret_other_wait)
KNOWN_HOLD(secret_hold)

int main(void)
{
	struct known_waits waits = {
		.object = &mutex, .wait = secret_wait, .hold = secret_hold, .rounds = 5, .hold_ms = 15};

	known_waits_run(&waits);
	waits.turn = 0;
	waits.wait = secret_other_wait;
	known_waits_run(&waits);
	return 0;
}
