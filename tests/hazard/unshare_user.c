/* SPDX-License-Identifier: MIT
 *
 * Goal: calls that the kernel allows only a process with one thread work in main and in a forked child, as sandboxes make them.
 */
#include <sched.h>

#include "hazard.h"

static void use_lock(void)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
	struct timespec soon = hazard_deadline(CLOCK_REALTIME, 2);

	pthread_mutex_lock(&mutex);
	need(pthread_cond_timedwait(&cond, &mutex, &soon) == ETIMEDOUT, "timed wait");
	pthread_mutex_unlock(&mutex);
}

/* Enters the namespaces of a child that has its own. Like making them, the kernel allows it one thread only, and mounts only
 * where nobody shares the current directory. */
static void enter_others(void)
{
	int told[2], go[2], user, mounts;
	char path[64], byte;
	pid_t pid;

	need(!pipe(told) && !pipe(go), "pipes");
	pid = fork();
	need(pid >= 0, "fork");
	if (!pid) {
		need(!unshare(CLONE_NEWUSER | CLONE_NEWNS) && write(told[1], "x", 1) == 1, "namespaces");
		_exit(read(go[0], &byte, 1) != 1);
	}
	close(told[1]);
	need(read(told[0], &byte, 1) == 1, "the child has them");
	snprintf(path, sizeof(path), "/proc/%d/ns/user", pid);
	user = open(path, O_RDONLY);
	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", pid);
	mounts = open(path, O_RDONLY);
	need(!setns(user, CLONE_NEWUSER) && !setns(mounts, CLONE_NEWNS), "setns works");
	need(write(go[1], "x", 1) == 1 && hazard_wait(pid) == 0, "the child ended");
	close(user);
	close(mounts);
}

int main(int argc, char **argv)
{
	pid_t pid;

	(void)argv;
	hazard_limit(20);
	use_lock();
	if (argc > 1) {
		enter_others();
		use_lock();
		return 0;
	}
	pid = fork();
	need(pid >= 0, "fork");
	if (!pid) {
		use_lock();
		if (unshare(CLONE_NEWUSER))
			_exit(errno == EPERM || errno == ENOSYS || errno == ENOSPC ? 77 : 1);
		exit(0);
	}
	switch (hazard_wait(pid)) {
	case 0:
		break;
	case 77:
		hazard_skip("the kernel allows no user namespaces here");
	default:
		need(false, "unshare works in a forked child");
	}
	need(hazard_wait(hazard_spawn_self("enter")) == 0, "setns works in main");
	need(!unshare(CLONE_NEWUSER), "unshare works in main");
	use_lock();
	return 0;
}
