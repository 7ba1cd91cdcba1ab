/* SPDX-License-Identifier: MIT
 * leaves: its sandboxed process cannot remove a file
 *
 * Goal: a process that allows itself two futex operations, exit and nothing else, by syscall(SYS_seccomp), lives on with locks that
 * are made of these operations: no other operation and no other call is made for it.
 */
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>

#include "hazard.h"
#include "raw_mutex.h"

enum { THREADS = 3, SECTIONS = 300 };

static struct raw_mutex mutex;
static unsigned sections;
static unsigned ended; /* a futex */

static void *contend(void *argument)
{
	(void)argument;
	for (;;) {
		raw_mutex_lock(&mutex);
		if (sections >= SECTIONS) {
			__atomic_store_n(&ended, 1, __ATOMIC_RELEASE);
			syscall(SYS_futex, &ended, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
			syscall(SYS_futex, &mutex, FUTEX_WAIT_PRIVATE, 2, NULL, NULL, 0);
		}
		for (volatile int i = 0; i < 20000; i++)
			;
		sections++;
		raw_mutex_unlock(&mutex);
	}
	return NULL;
}

#define LOAD(field)       BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define ALLOW_IF(value)   BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define DIE_UNLESS(value) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 1, 0), DIE
#define DIE               BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)

static long enter_sandbox(void)
{
	struct sock_filter code[] = {
		LOAD(nr),      ALLOW_IF(SYS_exit_group),     DIE_UNLESS(SYS_futex),
		LOAD(args[1]), ALLOW_IF(FUTEX_WAIT_PRIVATE), ALLOW_IF(FUTEX_WAKE_PRIVATE),
		DIE,
	};
	struct sock_fprog program = {sizeof(code) / sizeof(*code), code};

	if (syscall(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L))
		return -1;
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
}

int main(void)
{
	pid_t pid;

	hazard_limit(20);
	pid = fork();
	need(pid >= 0, "fork");
	if (!pid) {
		raw_mutex_lock(&mutex);
		for (int i = 0; i < THREADS; i++)
			hazard_start(contend, NULL);
		hazard_sleep_us(20000);
		if (enter_sandbox())
			_exit(77);
		raw_mutex_unlock(&mutex);
		while (!__atomic_load_n(&ended, __ATOMIC_ACQUIRE))
			syscall(SYS_futex, &ended, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
		syscall(SYS_exit_group, 0);
	}
	switch (hazard_wait(pid)) {
	case 0:
		return 0;
	case 77:
		hazard_skip("the kernel has no seccomp filters");
	default:
		need(false, "the sandboxed process lived");
	}
	return 1;
}
