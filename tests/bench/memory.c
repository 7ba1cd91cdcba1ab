/* SPDX-License-Identifier: MIT */
/* memory THREADS STACKS: so many threads wait and release on so many different stacks, half of them waits; then prints its
 * number and keeps all threads until standard input ends. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "paths.h"

static struct {
	unsigned threads;
	unsigned paths;
	pthread_barrier_t all_done, may_end;
} bench;

static void body(unsigned number, void *argument)
{
	char byte;

	(void)argument;
	paths_walk(number, bench.threads, bench.paths);
	pthread_barrier_wait(&bench.all_done);
	if (!number) {
		printf("%d\n", getpid());
		fflush(stdout);
		while (read(STDIN_FILENO, &byte, 1) > 0)
			;
	}
	pthread_barrier_wait(&bench.may_end);
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	bench.threads = atoi(argv[1]);
	bench.paths = atoi(argv[2]) / 2;
	pthread_barrier_init(&bench.all_done, NULL, bench.threads);
	pthread_barrier_init(&bench.may_end, NULL, bench.threads);
	paths_begin(bench.paths);
	t_run(bench.threads, body, NULL);
	pressed_end();
	return 0;
}
