/* SPDX-License-Identifier: MIT */
/* privileges: started by root, it becomes another user, as servers do, and only then starts the threads that wait. */
#include <grp.h>
#include <unistd.h>

#include "plain_waits.h"

enum {
	NOBODY = 65534,
	THREADS = 40,
	ROUNDS = 5,
	HOLD_MS = 15,
};

static void body(unsigned number, void *argument)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	struct known_waits waits = {
		.object = &mutex, .wait = wait_for_it, .hold = hold_it, .rounds = ROUNDS, .hold_ms = HOLD_MS};

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
