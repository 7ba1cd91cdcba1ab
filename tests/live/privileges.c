/* SPDX-License-Identifier: MIT */
/* privileges: started by root, it becomes another user, as servers do, and only then starts the threads that wait. */
#include <grp.h>
#include <unistd.h>

#include "known_waits.h"

enum {
	NOBODY = 65534,
	THREADS = 40,
	ROUNDS = 5,
	HOLD_MS = 15,
};

OWN_FRAME static int wait_for_it(pthread_mutex_t *which)
{
	int error = pthread_mutex_lock(which);

	NO_TAIL_CALL();
	return error;
}

OWN_FRAME static void hold_it(struct known_waits *waits)
{
	pthread_mutex_lock(waits->mutex);
	known_waits_held(waits);
	pthread_mutex_unlock(waits->mutex);
	NO_TAIL_CALL();
}

static void body(unsigned number, void *argument)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	struct known_waits waits = {
		.mutex = &mutex, .lock = wait_for_it, .hold = hold_it, .rounds = ROUNDS, .hold_ms = HOLD_MS};

	(void)number;
	(void)argument;
	known_waits_run(&waits);
}

int main(void)
{
	if (setgroups(0, NULL) || setgid(NOBODY) || setuid(NOBODY)) {
		perror("privileges");
		return 1;
	}
	t_run(THREADS, body, NULL);
	printf("%d %u\n", getpid(), THREADS * ROUNDS);
	return 0;
}
