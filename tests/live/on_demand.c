/* SPDX-License-Identifier: MIT */
/* on_demand: for each line "N" of standard input waits N times for a mutex, and says "done" and how often so far. Ends with its
 * input. */
#include <unistd.h>

#include "plain_waits.h"

enum { HOLD_MS = 10 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

/* Not by stdio, whose waits nobody sees. 0: the input has ended. */
OWN_FRAME static unsigned await_line(void)
{
	char line[32] = "", byte;

	for (size_t count = 0; count < sizeof(line) - 1 && read(STDIN_FILENO, &byte, 1) == 1 && byte != '\n'; count++)
		line[count] = byte;
	return (unsigned)strtoul(line, NULL, 10);
}

int main(void)
{
	unsigned rounds, total = 0;

	printf("ready\n");
	fflush(stdout);
	while ((rounds = await_line())) {
		struct known_waits waits = {
			.object = &mutex, .wait = wait_for_it, .hold = hold_it, .rounds = rounds, .hold_ms = HOLD_MS};

		known_waits_run(&waits);
		total += rounds;
		printf("done %u\n", total);
		fflush(stdout);
	}
	return 0;
}
