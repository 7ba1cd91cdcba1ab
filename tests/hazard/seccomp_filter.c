/* SPDX-License-Identifier: MIT
 * leaves: its sandboxed processes cannot remove a file
 *
 * Goal: after start-up a process allows itself futex, read, write, exit and return from signals only. Contended locks
 * and waits must live with that, and reads that wait: where another call kills, and where it is refused, when the
 * process ends as usual too.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>

#include "hazard.h"

enum {
	THREADS = 4,
	ROUNDS = 1000,
	MEETINGS = 50, /* at least so many found the mutex taken */
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static _Atomic int go, met, ready, ended;
static int passed[2]; /* a pipe: one byte in it, which goes from thread to thread */

static void spin(unsigned turns)
{
	for (volatile unsigned i = 0; i < turns; i++)
		;
}

/* Whoever has the byte makes the others wait for it. */
static void pass_on(void)
{
	char byte;

	need(read(passed[0], &byte, 1) == 1 && byte == 'x', "read");
	spin(5000);
	need(write(passed[1], &byte, 1) == 1, "written");
}

/* Made before the sandbox; contends inside it; never ends, for a thread's end makes further calls. */
static void *contend(void *argument)
{
	(void)argument;
	ready++;
	pthread_mutex_lock(&mutex);
	while (!go)
		pthread_cond_wait(&cond, &mutex);
	pthread_mutex_unlock(&mutex);
	for (int i = 0; i < ROUNDS || met < MEETINGS; i++) {
		met += hazard_is_locked(&mutex);
		pthread_mutex_lock(&mutex);
		spin(5000);
		pthread_mutex_unlock(&mutex);
		spin(100);
		if (i % 4 == 0)
			pass_on();
	}
	pthread_mutex_lock(&mutex);
	ended++;
	pthread_cond_broadcast(&cond);
	while (ended)
		pthread_cond_wait(&cond, &mutex);
	return NULL;
}

#define ALLOW(call) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##call, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

/* How the filter is set: for all threads, by a raw system call; or for this one, in the way that we can see. */
enum way { BY_SYSCALL, BY_PRCTL };

static bool enter_sandbox(unsigned otherwise, enum way way)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		ALLOW(futex),
		ALLOW(read),
		ALLOW(write),
		ALLOW(exit),
		ALLOW(exit_group),
		ALLOW(rt_sigreturn),
		BPF_STMT(BPF_RET | BPF_K, otherwise),
	};
	struct sock_fprog program = {sizeof(code) / sizeof(*code), code};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return false;
	if (way == BY_PRCTL)
		return !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
	return !syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
}

static void work_in_sandbox(unsigned otherwise, enum way way)
{
	need(!pipe(passed) && write(passed[1], "x", 1) == 1, "pipe");
	for (int i = 0; i < THREADS; i++)
		hazard_start(contend, NULL);
	while (ready < THREADS)
		hazard_sleep_us(100);
	if (!enter_sandbox(otherwise, way))
		_exit(77);
	pthread_mutex_lock(&mutex);
	go = 1;
	pthread_cond_broadcast(&cond);
	while (ended < THREADS)
		pthread_cond_wait(&cond, &mutex);
	pthread_mutex_unlock(&mutex);
}

static void run(unsigned otherwise, enum way way, bool ends_as_usual)
{
	pid_t pid = fork();

	need(pid >= 0, "fork");
	if (!pid) {
		int null = open("/dev/null", O_WRONLY);

		dup2(null, 2); /* a message that a profile could not be written is allowed */
		work_in_sandbox(otherwise, way);
		if (ends_as_usual)
			exit(0);
		syscall(SYS_exit_group, 0);
	}
	switch (hazard_wait(pid)) {
	case 0:
		return;
	case 77:
		hazard_skip("the kernel has no seccomp filters");
	default:
		need(false, "the sandboxed process lived where another call is %s",
		     otherwise == SECCOMP_RET_KILL_PROCESS ? "death" : "refused");
	}
}

int main(void)
{
	hazard_limit(20);
	run(SECCOMP_RET_KILL_PROCESS, BY_SYSCALL, false);
	run(SECCOMP_RET_KILL_PROCESS, BY_PRCTL, false);
	run(SECCOMP_RET_KILL_PROCESS, BY_PRCTL, true);
	run(SECCOMP_RET_ERRNO | EPERM, BY_SYSCALL, false);
	run(SECCOMP_RET_ERRNO | EPERM, BY_SYSCALL, true);
	run(SECCOMP_RET_ERRNO | ENOSYS, BY_SYSCALL, true);
	return 0;
}
