/* SPDX-License-Identifier: MIT
 *
 * Goal: a process may ask that reading the processor's counter kills it, which then goes for every clock. From then on locks
 * of every usual kind, free and contended, waits and reads work, new threads do, a dump may be asked for, and the process ends
 * in every usual way.
 */
#include <sys/prctl.h>

#include "hazard.h"

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
	hazard_use_free_locks(200);
	use_pipe();
	kill(getpid(), SIGUSR2);
	hazard_contend(4, 100);
	kill(getpid(), SIGUSR2);
	hazard_sleep_us(20000);
	hazard_use_free_locks(200);
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
