/* SPDX-License-Identifier: MIT */
/* endings WAY: waits for a mutex ten times, prints its number, and is then what `contend list` must tell apart:
 *
 *   exec, execve_raw   becomes cat, in a way that we see, and in one that we do not
 *   sandbox            puts a seccomp filter on itself, and ends with status 3
 *   survived           kills itself; a child that was never told to be profiled lives on until the input ends
 *   zombie COMMAND...  no waits: runs a command, and leaves it unasked how it ended until the input ends
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plain_waits.h"

enum { ROUNDS = 10, HOLD_MS = 5 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static char *const cat[] = {"cat", NULL};

static void say_ready(pid_t process)
{
	printf("ready %d\n", process);
	fflush(stdout);
}

static void read_until_end(void)
{
	char byte;

	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
}

static int leave_zombie(char **command)
{
	pid_t child = fork();
	siginfo_t info;

	if (child == 0) {
		execvp(command[0], command);
		_exit(127);
	}
	waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT);
	say_ready(child);
	read_until_end();
	return 0;
}

/* It forbids nothing. */
static int close_sandbox(void)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog filter = {.len = 1, .filter = &allow};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0))
		perror("prctl");
	return 3;
}

static void die_before_child(void)
{
	if (fork() == 0) {
		read_until_end();
		_exit(0);
	}
	raise(SIGKILL);
}

int main(int argc, char **argv)
{
	struct known_waits waits = {
		.object = &mutex, .wait = wait_for_it, .hold = hold_it, .rounds = ROUNDS, .hold_ms = HOLD_MS};
	const char *way = argc > 1 ? argv[1] : "";

	if (!strcmp(way, "zombie"))
		return leave_zombie(argv + 2);
	known_waits_run(&waits);
	say_ready(getpid());
	if (!strcmp(way, "exec"))
		execvp("cat", cat);
	if (!strcmp(way, "execve_raw"))
		syscall(SYS_execve, "/bin/cat", cat, environ);
	if (!strcmp(way, "sandbox"))
		return close_sandbox();
	if (!strcmp(way, "survived"))
		die_before_child();
	return 1;
}
