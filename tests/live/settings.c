/* SPDX-License-Identifier: MIT */
/* settings single|threads: works until its standard input ends, without waiting for it: after each byte of it, a read that it waits
 * for in vain for some milliseconds, and then prints "waited". In `threads` another thread is there, which does nothing. */
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "known_waits.h"

enum { WAIT_MS = 5 };

static _Atomic unsigned is_over;

static void *rest(void *unused)
{
	t_await(&is_over, 1);
	return unused;
}

/* Busy, so that nothing of it is a wait. False: the input has ended. */
static bool await_byte(void)
{
	char byte;
	ssize_t count;

	while ((count = read(STDIN_FILENO, &byte, 1)) < 0)
		t_spin_us(1000);
	return count == 1;
}

int main(int argc, char **argv)
{
	pthread_t thread;

	fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
	if (argc > 1 && !strcmp(argv[1], "threads") && pthread_create(&thread, NULL, rest, NULL) != 0)
		return 1;
	printf("ready\n");
	fflush(stdout);
	while (await_byte()) {
		poll(NULL, 0, WAIT_MS);
		printf("waited\n");
		fflush(stdout);
	}
	return 0;
}
