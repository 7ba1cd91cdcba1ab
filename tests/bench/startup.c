/* SPDX-License-Identifier: MIT */
/* startup LIBRARY RUNS: starts /bin/true bare and preloaded by turns and prints "bare_us preloaded_us" for each
 * pair. */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "check.h"

static double run_us(char *const environment[])
{
	char *const command[] = {"/bin/true", NULL};
	uint64_t since_ns = t_now_ns();
	int status = -1;
	pid_t pid;

	if (!posix_spawn(&pid, command[0], NULL, NULL, command, environment))
		waitpid(pid, &status, 0);
	if (status) {
		fprintf(stderr, "startup: %s failed\n", command[0]);
		exit(1);
	}
	return (t_now_ns() - since_ns) / 1e3;
}

int main(int argc, char **argv)
{
	char preload[4096];
	char *const bare[] = {NULL}, *const preloaded[] = {preload, NULL};

	if (argc != 3)
		return 2;
	snprintf(preload, sizeof(preload), "LD_PRELOAD=%s", argv[1]);
	for (int i = atoi(argv[2]); i; i--) {
		double bare_us = run_us(bare);

		printf("%.1f %.1f\n", bare_us, run_us(preloaded));
	}
	return 0;
}
