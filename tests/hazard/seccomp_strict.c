/* SPDX-License-Identifier: MIT
 * leaves: its sandboxed processes cannot remove a file
 *
 * Goal: in strict seccomp, where any call but read, write and exit kills, and so does reading a clock, uncontended locks of every
 * usual kind work, as do waits' signals and broadcasts.
 */
#include <linux/seccomp.h>
#include <sys/prctl.h>

#include "hazard.h"

static void use_locks(void)
{
	static pthread_mutex_t mutexes[] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP,
					    PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP,
					    PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP};
	pthread_cond_t cond = PTHREAD_COND_INITIALIZER;

	for (int i = 0; i < 1000; i++)
		for (int m = 0; m < 4; m++) {
			need(!pthread_mutex_lock(&mutexes[m]), "lock");
			need(!pthread_mutex_unlock(&mutexes[m]), "unlock");
			need(!pthread_mutex_trylock(&mutexes[m]), "trylock");
			need(!pthread_mutex_unlock(&mutexes[m]), "unlock");
			need(!pthread_cond_signal(&cond) && !pthread_cond_broadcast(&cond), "signals");
			need(write(1, "", 0) == 0, "nothing written");
		}
}

/* The ways to ask for it. Those by syscall() are the newer ones. */
static long enter_by_function(void)
{
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
}

static long enter_by_number(void)
{
	return syscall(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0L, 0L, 0L);
}

static long enter_by_seccomp(void)
{
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 0L, NULL);
}

static void run(long (*enter)(void), const char *when)
{
	pid_t pid = fork();

	need(pid >= 0, "fork");
	if (!pid) {
		if (enter())
			_exit(77);
		use_locks();
		syscall(SYS_exit, 0);
	}
	switch (hazard_wait(pid)) {
	case 0:
		return;
	case 77:
		hazard_skip("the kernel has no strict seccomp");
	default:
		need(false, "the sandboxed process lived, %s", when);
	}
}

int main(void)
{
	hazard_limit(20);
	run(enter_by_function, "before threads");
	hazard_contend(4, 100);
	run(enter_by_function, "after threads");
	run(enter_by_number, "entered by number");
	run(enter_by_seccomp, "entered by seccomp");
	return 0;
}
