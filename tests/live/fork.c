/* SPDX-License-Identifier: MIT */
/* The parent contends, then forks two children that contend in another function, one of which forks again before it
 * ends by _exit; a third records nothing, and if ASK is set asks for a dump; a fourth goes below the root CHROOT, if that is set, and
 * is killed when it has contended there. Prints each process as "NAME pid". */
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "known_waits.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

#define WAITS_OF(name)                                                                                                 \
	KNOWN_WAIT(name##_wait)                                                                                        \
	KNOWN_HOLD(name##_hold)                                                                                        \
	static void name##_contend(unsigned rounds)                                                                    \
	{                                                                                                              \
		struct known_waits waits = {                                                                           \
			.object = &mutex, .wait = name##_wait, .hold = name##_hold, .rounds = rounds, .hold_ms = 15};  \
                                                                                                                       \
		known_waits_run(&waits);                                                                               \
		printf(#name " %d\n", getpid());                                                                       \
		fflush(stdout);                                                                                        \
	}
WAITS_OF(parent)
WAITS_OF(child)
WAITS_OF(grandchild)

OWN_FRAME static void rooted_wait(void)
{
	usleep(1000);
	NO_TAIL_CALL();
}

static void grandchild(void)
{
	if (fork()) {
		wait(NULL);
		return;
	}
	grandchild_contend(7);
	_exit(0);
}

static void go_below(const char *root)
{
	if (!root)
		return;
	if (chroot(root)) {
		perror(root);
		return;
	}
	for (int i = 0; i < 5; i++)
		rooted_wait();
	printf("rooted %d\n", getpid());
	fflush(stdout);
	raise(SIGKILL);
}

int main(void)
{
	parent_contend(11);
	for (int i = 0; i < 4; i++) {
		if (fork())
			continue;
		if (i == 3)
			go_below(getenv("CHROOT"));
		if (i < 2)
			child_contend(5);
		if (i == 1)
			grandchild();
		if (i == 2)
			printf("idle %d\n", getpid());
		if (i == 2 && getenv("ASK"))
			raise(SIGUSR2);
		exit(0);
	}
	while (wait(NULL) > 0)
		;
	return 0;
}
