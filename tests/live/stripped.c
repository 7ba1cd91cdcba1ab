/* SPDX-License-Identifier: MIT */
/* Two functions wait for each other's critical sections; nothing tells their names once this program is stripped. */
#include "known_waits.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

OWN_FRAME static int secret_wait(pthread_mutex_t *which)
{
	int error = pthread_mutex_lock(which);

	NO_TAIL_CALL();
	return error;
}

OWN_FRAME static void secret_hold(struct known_waits *waits)
{
	pthread_mutex_lock(waits->mutex);
	known_waits_held(waits);
	pthread_mutex_unlock(waits->mutex);
	NO_TAIL_CALL();
}

OWN_FRAME static int secret_other_wait(pthread_mutex_t *which)
{
	int error = pthread_mutex_lock(which);

	NO_TAIL_CALL();
	return error | 0;
}

int main(void)
{
	struct known_waits waits = {
		.mutex = &mutex, .lock = secret_wait, .hold = secret_hold, .rounds = 5, .hold_ms = 15};

	known_waits_run(&waits);
	waits.turn = 0;
	waits.lock = secret_other_wait;
	known_waits_run(&waits);
	return 0;
}
