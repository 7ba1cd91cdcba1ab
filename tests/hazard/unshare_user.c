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

int main(void)
{
	pid_t pid;

	hazard_limit(20);
	use_lock();
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
	need(!unshare(CLONE_NEWUSER), "unshare works in main");
	use_lock();
	return 0;
}
