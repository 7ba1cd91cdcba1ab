/* SPDX-License-Identifier: MIT
 * leaves: libc's daemon() ends the parent by a call of its own that nobody can see
 *
 * Goal: a program that becomes a daemon (double fork, new session, root directory, all descriptors closed) with threads before
 * and after does its work and ends; so do daemon(0, 0) and daemon(1, 1).
 */
#include <sys/mman.h>
#include <sys/stat.h>

#include "hazard.h"

static _Atomic int *finished; /* shared: how many daemons came to their end */

static void serve(void)
{
	alarm(10);
	hazard_contend(4, 100);
	++*finished;
	exit(0);
}

static void double_fork(void)
{
	pid_t pid = fork();

	need(pid >= 0, "first fork");
	if (pid)
		_exit(0);
	setsid();
	pid = fork();
	need(pid >= 0, "second fork");
	if (pid)
		_exit(0);
	umask(0);
	need(!chdir("/"), "chdir");
	closefrom(0);
	need(open("/dev/null", O_RDWR) == 0 && dup(0) == 1 && dup(0) == 2, "the lowest descriptors are free");
	serve();
}

static void classic(void)
{
	hazard_contend(2, 50);
	double_fork();
}

static void daemon_closing(void)
{
	need(!daemon(0, 0), "daemon");
	serve();
}

static void daemon_keeping(void)
{
	hazard_contend(2, 50);
	need(!daemon(1, 1), "daemon");
	serve();
}

static void start(void (*kind)(void), int expected)
{
	uint64_t end_ns = hazard_now_ns() + UINT64_C(8000000000);
	pid_t pid = fork();

	need(pid >= 0, "fork");
	if (!pid)
		kind();
	need(hazard_wait(pid) == 0, "the first parent ended well");
	while (*finished < expected && hazard_now_ns() < end_ns)
		hazard_sleep_us(1000);
	need(*finished == expected, "daemon %d came to its end", expected);
}

int main(void)
{
	finished = mmap(NULL, sizeof(*finished), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	hazard_limit(30);
	need(finished != MAP_FAILED, "shared word");
	start(classic, 1);
	start(daemon_closing, 2);
	start(daemon_keeping, 3);
	return 0;
}
