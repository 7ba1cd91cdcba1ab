/* SPDX-License-Identifier: MIT */
/* supervise SECONDS PROGRAM ARGUMENT...: runs a program with a time limit and lets nothing of it outlive it.
 *
 * Exit status: the program's (128 + signal if one killed it); 124 the limit passed, with the stacks of where it hung;
 * 125 it ended but left processes behind. Whatever is left is killed.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	STATUS_HUNG = 124,
	STATUS_LEFT = 125,
	STATUS_NOT_STARTED = 127,
	CHILDREN_LIMIT = 4096,
	GRACE_MS = 2000, /* for orphans to end after the program did */
	TICK_MS = 10,
};

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static pid_t start(char *const command[])
{
	struct rlimit no_core = {0, 0};
	pid_t pid = fork();

	if (pid)
		return pid;
	setsid();
	setrlimit(RLIMIT_CORE, &no_core);
	execvp(command[0], command);
	perror(command[0]);
	_exit(STATUS_NOT_STARTED);
}

/* Our children: the program, and as we are the subreaper, every orphan of its descendants. */
static int list_children(pid_t *out_pids)
{
	FILE *file;
	char path[64];
	int count = 0;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
	file = fopen(path, "re");
	if (!file)
		return 0;
	while (count < CHILDREN_LIMIT && fscanf(file, "%d", &out_pids[count]) == 1)
		count++;
	fclose(file);
	return count;
}

/* Reaps what has ended. True when `program` was among them; its status goes to *out_status. */
static bool reap(pid_t program, int *out_status)
{
	bool found = false;
	int status;

	for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
		if (pid != program)
			continue;
		found = true;
		*out_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	}
	return found;
}

static void sleep_tick(void)
{
	nanosleep(&(struct timespec){.tv_nsec = TICK_MS * 1000000L}, NULL);
}

/* Kills our children until there are none: the children of the killed become ours. */
static void kill_all(void)
{
	static pid_t pids[CHILDREN_LIMIT];
	int status;

	for (int count; (count = list_children(pids)) > 0; sleep_tick()) {
		for (int i = 0; i < count; i++)
			kill(pids[i], SIGKILL);
		reap(0, &status);
	}
}

static void show_stacks(pid_t pid)
{
	char command[256];

	fprintf(stderr, "supervise: the time limit passed; where it is:\n");
	snprintf(command, sizeof(command),
		 "for p in $(pgrep -s %d | tail -n 3); do timeout 20 gdb -q -batch -p $p -ex 'thread apply all bt 12' "
		 "2>/dev/null </dev/null | grep -E '^(Thread|#)' | head -n 100 >&2; done",
		 pid);
	if (system(command))
		fprintf(stderr, "supervise: (no stacks: gdb is missing or failed)\n");
}

static bool left_behind(void)
{
	static pid_t pids[CHILDREN_LIMIT];
	uint64_t end_ms = now_ms() + GRACE_MS;
	char command[64];
	int count, status;

	while ((count = list_children(pids)) > 0 && now_ms() < end_ms) {
		reap(0, &status);
		sleep_tick();
	}
	for (int i = 0; i < count; i++) {
		snprintf(command, sizeof(command), "ps -o pid,stat,args -p %d >&2", pids[i]);
		fprintf(stderr, "supervise: left behind:\n");
		status = system(command);
	}
	return count > 0;
}

int main(int argc, char **argv)
{
	int status = STATUS_HUNG;
	uint64_t end_ms;
	pid_t program;

	if (argc < 3) {
		fprintf(stderr, "usage: supervise SECONDS PROGRAM ARGUMENT...\n");
		return STATUS_NOT_STARTED;
	}
	end_ms = now_ms() + (uint64_t)atoi(argv[1]) * 1000;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	program = start(argv + 2);
	while (!reap(program, &status)) {
		if (now_ms() > end_ms) {
			show_stacks(program);
			kill_all();
			return STATUS_HUNG;
		}
		sleep_tick();
	}
	if (left_behind())
		status = STATUS_LEFT;
	kill_all();
	return status;
}
