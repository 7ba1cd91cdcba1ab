/* SPDX-License-Identifier: MIT */
/* life NUMBER single|threads ROUNDS: begins and ends a thread or a process so often, in the way of that line of the table,
 * in a process with one thread or with two; prints ns per round. life: limits in us and names, one a line. */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "company.h"

static char *const command[] = {"/bin/true", NULL};

static void must(bool condition)
{
	if (!condition)
		abort();
}

static void *nothing(void *argument)
{
	return argument;
}

static void thread_life(void)
{
	pthread_t thread;

	must(!pthread_create(&thread, NULL, nothing, NULL));
	pthread_join(thread, NULL);
}

static void await_end(pid_t pid)
{
	int status = -1;

	must(pid > 0 && waitpid(pid, &status, 0) == pid && !status);
}

static void child_life(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	await_end(pid);
}

/* Long enough to be kept: the child has a region, and writes its profiles. */
static void waiting_child_life(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		t_sleep_ms(2);
		_exit(0);
	}
	await_end(pid);
}

static void executed_life(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		execv(command[0], command);
		_exit(1);
	}
	await_end(pid);
}

static void spawned_life(void)
{
	pid_t pid = -1;

	must(!posix_spawn(&pid, command[0], NULL, NULL, command, environ));
	await_end(pid);
}

static const struct way {
	const char *name;
	double limit_us; /* beyond a bare round; 0: published, not promised */
	void (*life)(void);
} ways[] = {
	{"pthread_create, join", 0, thread_life},
	{"fork, _exit, wait", 0, child_life},
	{"fork, sleep of 2 ms, _exit, wait", 0, waiting_child_life},
	{"fork, exec of /bin/true, wait", 0, executed_life},
	{"posix_spawn of /bin/true, wait", 1500, spawned_life},
};

int main(int argc, char **argv)
{
	unsigned count = sizeof(ways) / sizeof(ways[0]), number, rounds;
	uint64_t since_ns;

	if (argc != 4) {
		for (unsigned i = 0; i < count; i++)
			printf("%g %s\n", ways[i].limit_us, ways[i].name);
		return 0;
	}
	number = atoi(argv[1]);
	rounds = atoi(argv[3]);
	must(number < count);
	if (!strcmp(argv[2], "threads"))
		company_begin();
	since_ns = t_now_ns();
	for (unsigned i = 0; i < rounds; i++)
		ways[number].life();
	printf("%.1f\n", (double)(t_now_ns() - since_ns) / rounds);
	return 0;
}
