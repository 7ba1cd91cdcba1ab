/* SPDX-License-Identifier: MIT */
/* memory: 64 threads contend for one mutex on 1,000 different stacks; then prints "ready" and keeps all threads until
 * standard input ends. */
#include <stdio.h>
#include <unistd.h>

#include "paths.h"

enum {
	THREADS = 64,
	STACKS = 1000,
};

static pthread_barrier_t all_done, may_end;

static void body(unsigned number, void *argument)
{
	char byte;

	(void)argument;
	paths_contend(number, THREADS, STACKS);
	pthread_barrier_wait(&all_done);
	if (!number) {
		printf("ready\n");
		fflush(stdout);
		while (read(STDIN_FILENO, &byte, 1) > 0)
			;
	}
	pthread_barrier_wait(&may_end);
}

int main(void)
{
	pthread_barrier_init(&all_done, NULL, THREADS);
	pthread_barrier_init(&may_end, NULL, THREADS);
	t_run(THREADS, body, NULL);
	return 0;
}
