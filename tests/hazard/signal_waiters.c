/* SPDX-License-Identifier: MIT
 *
 * Goal: a program that blocks its signals and fetches them itself gets them all, however many threads there are: no thread of a
 * preloaded library with an open mask takes one. signalfd, sigwait and a SIGCHLD-driven loop.
 */
#include <sys/signalfd.h>

#include "hazard.h"

enum { TIMES = 50 };

static void with_signalfd(const sigset_t *set)
{
	int descriptor = signalfd(-1, set, SFD_CLOEXEC);
	struct signalfd_siginfo info;

	need(descriptor >= 0, "signalfd");
	for (int i = 0; i < TIMES; i++) {
		kill(getpid(), SIGTERM);
		need(read(descriptor, &info, sizeof(info)) == sizeof(info) && info.ssi_signo == SIGTERM,
		     "SIGTERM is read");
	}
	close(descriptor);
}

static void with_sigwait(const sigset_t *set)
{
	int got;

	for (int i = 0; i < TIMES; i++) {
		kill(getpid(), i % 2 ? SIGINT : SIGUSR1);
		need(!sigwait(set, &got) && got == (i % 2 ? SIGINT : SIGUSR1), "sigwait gets it: %d", got);
	}
}

static void with_children(const sigset_t *set)
{
	for (int i = 0; i < TIMES / 5; i++) {
		struct timespec limit = {5, 0};
		pid_t pid = fork();

		need(pid >= 0, "fork");
		if (!pid)
			_exit(0);
		need(sigtimedwait(set, NULL, &limit) == SIGCHLD, "SIGCHLD comes");
		need(hazard_wait(pid) == 0, "child");
	}
}

int main(void)
{
	sigset_t set;

	hazard_limit(20);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGCHLD);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	hazard_contend(4, 200);
	hazard_contend(4, 200);
	with_signalfd(&set);
	with_sigwait(&set);
	with_children(&set);
	return 0;
}
