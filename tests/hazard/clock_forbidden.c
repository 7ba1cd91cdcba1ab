/* SPDX-License-Identifier: MIT
 *
 * Goal: a process may ask that reading the processor's counter kills it, which then goes for every clock. From then on locks
 * of every usual kind, free and contended, waits and reads work, new threads do, a dump may be asked for, and the process ends
 * in every usual way.
 */
#include <sys/prctl.h>

#include "hazard.h"

static pthread_mutex_t mutexes[] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP,
				    PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP, PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP};

static void use_locks(void)
{
	pthread_cond_t cond = PTHREAD_COND_INITIALIZER;

	for (int i = 0; i < 200; i++)
		for (int m = 0; m < 4; m++) {
			need(!pthread_mutex_lock(&mutexes[m]), "lock");
			need(!pthread_mutex_unlock(&mutexes[m]), "unlock");
			need(!pthread_mutex_trylock(&mutexes[m]), "trylock");
			need(!pthread_mutex_unlock(&mutexes[m]), "unlock");
			need(!pthread_cond_signal(&cond) && !pthread_cond_broadcast(&cond), "signals");
		}
}

/* A byte from a process outside, which takes its time. */
static void use_pipe(void)
{
	int ends[2];
	char byte;
	pid_t pid;

	need(!pipe(ends), "pipe");
	pid = fork();
	need(pid >= 0, "fork");
	if (!pid) {
		hazard_sleep_us(2000);
		need(write(ends[1], "x", 1) == 1, "written");
		_exit(0);
	}
	close(ends[1]);
	need(read(ends[0], &byte, 1) == 1 && byte == 'x', "read");
	need(hazard_wait(pid) == 0, "the child ended well");
	close(ends[0]);
}

static long forbid_by_function(void)
{
	return prctl(PR_SET_TSC, PR_TSC_SIGSEGV);
}

static long forbid_by_number(void)
{
	return syscall(SYS_prctl, PR_SET_TSC, PR_TSC_SIGSEGV, 0L, 0L, 0L);
}

static void end_by_exit(void)
{
	exit(0);
}

static void end_by_call(void)
{
	_exit(0);
}

static void end_by_exec(void)
{
	char self[] = "/bin/true";

	/* The clock kills the loader, too. */
	need(!prctl(PR_SET_TSC, PR_TSC_ENABLE), "permitted again");
	execl(self, self, (char *)NULL);
}

static void *end_the_process(void *unused)
{
	(void)unused;
	exit(0);
}

static void end_in_thread(void)
{
	hazard_start(end_the_process, NULL);
	pause();
}

static const struct life {
	long (*forbid)(void);
	void (*end)(void);
	bool has_threads; /* something was recorded, by several threads, before */
} lives[] = {
	{forbid_by_function, end_by_exit, true},  {forbid_by_number, end_by_exit, true},
	{forbid_by_function, end_by_exit, false}, {forbid_by_function, end_by_call, true},
	{forbid_by_function, end_by_exec, true},  {forbid_by_function, end_in_thread, false},
};

static void live(const struct life *life)
{
	if (!hazard_is_preloaded())
		signal(SIGUSR2, SIG_IGN);
	if (life->has_threads)
		hazard_contend(4, 100);
	if (life->forbid())
		_exit(77);
	use_locks();
	use_pipe();
	kill(getpid(), SIGUSR2);
	hazard_contend(4, 100);
	kill(getpid(), SIGUSR2);
	hazard_sleep_us(20000);
	use_locks();
	life->end();
}

int main(void)
{
	hazard_limit(20);
	for (size_t i = 0; i < sizeof(lives) / sizeof(lives[0]); i++) {
		pid_t pid = fork();
		int status;

		need(pid >= 0, "fork");
		if (!pid)
			live(&lives[i]);
		status = hazard_wait(pid);
		if (status == 77)
			hazard_skip("the kernel has no such request");
		need(status == 0, "process %zu ended with %d", i, status);
	}
	return 0;
}
