/* SPDX-License-Identifier: MIT */
/* fork_unseen: a process with one thread waits 11 times, then makes children in every way, most of which run no fork handler.
 * Each asks for a dump before it has waited itself, waits 5 times, asks again and ends. Prints each process as "NAME pid".
 */
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "architecture.h"
#include "known_waits.h"

#define WAIT_IN(name)                                                                                                  \
	OWN_FRAME static void name(void)                                                                               \
	{                                                                                                              \
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);                                               \
		NO_TAIL_CALL();                                                                                        \
	}
WAIT_IN(parent_wait)
WAIT_IN(child_wait)

static void ask(void)
{
	syscall(SYS_kill, getpid(), SIGUSR2);
}

static void say(const char *name)
{
	dprintf(STDOUT_FILENO, "%s %d\n", name, getpid());
}

static void be_child(const char *name)
{
	ask();
	for (int i = 0; i < 5; i++)
		child_wait();
	ask();
	say(name);
	_exit(0);
}

/* In the parent's memory, and with its handler: it may not wait. */
static void vfork_child(void)
{
	pid_t pid = vfork();

	if (!pid) {
		ask();
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

static pid_t by_fork(void)
{
	return fork();
}

static pid_t by_fork_without_handlers(void)
{
	return _Fork();
}

static pid_t by_fork_of_the_kernel(void)
{
	return (pid_t)syscall(RAW_FORK);
}

static pid_t by_clone_of_the_kernel(void)
{
	return (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

int main(void)
{
	static pid_t (*const ways[])(void) = {by_fork, by_fork_without_handlers, by_fork_of_the_kernel,
					      by_clone_of_the_kernel};

	for (int i = 0; i < 11; i++)
		parent_wait();
	for (unsigned i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		pid_t pid = ways[i]();

		if (!pid)
			be_child(i == 0 ? "seen" : "unseen");
		if (pid < 0 || waitpid(pid, NULL, 0) != pid)
			return 1;
	}
	vfork_child();
	say("parent");
	return 0;
}
