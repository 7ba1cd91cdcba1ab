/* SPDX-License-Identifier: MIT
 * leaves: its sandboxed processes cannot remove a file
 *
 * Goal: in strict seccomp, where any call but read, write and exit kills, and so does reading a clock, uncontended
 * locks of every usual kind work, as do waits' signals and broadcasts; and so do reads and writes, ready, waited for
 * and refused.
 */
#include <linux/seccomp.h>
#include <sys/prctl.h>

#include "hazard.h"

/* Bytes there and back: they wait until a process outside answers. */
static void use_pipes(int to, int from)
{
	char *volatile nowhere = NULL;
	unsigned char got;

	for (int i = 0; i < 100; i++) {
		unsigned char byte = i;

		need(write(1, "", 0) == 0, "nothing written");
		need(write(to, &byte, 1) == 1, "written");
		need(read(from, &got, 1) == 1 && got == byte, "read");
	}
	need(read(-1, &got, 1) == -1 && errno == EBADF, "no descriptor");
	need(write(to, nowhere, 1) == -1 && errno == EFAULT, "no memory");
}

/* Sends back what it gets, in its own time. */
static pid_t start_echo(int to[2], int from[2])
{
	unsigned char byte;
	pid_t pid;

	need(!pipe(to) && !pipe(from), "pipes");
	pid = fork();
	need(pid >= 0, "fork");
	if (pid)
		return pid;
	close(to[1]);
	while (read(to[0], &byte, 1) == 1) {
		hazard_sleep_us(100);
		need(write(from[1], &byte, 1) == 1, "echoed");
	}
	_exit(0);
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
	int to[2], from[2];
	pid_t echo = start_echo(to, from), pid = fork();

	need(pid >= 0, "fork");
	if (!pid) {
		if (enter())
			_exit(77);
		hazard_use_free_locks(1000);
		use_pipes(to[1], from[0]);
		syscall(SYS_exit, 0);
	}
	close(to[1]);
	switch (hazard_wait(pid)) {
	case 0:
		need(hazard_wait(echo) == 0, "the echo ended");
		close(to[0]);
		close(from[0]);
		close(from[1]);
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
