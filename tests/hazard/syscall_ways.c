/* SPDX-License-Identifier: MIT
 * Goal: syscall() is what it is without us: any number of arguments, their full width, results, errno, calls that come back twice,
 * numbers that mean nothing, the registers that a call keeps; and a futex wait in it can be interrupted, left by a jump, cancelled.
 */
#include <linux/futex.h>
#include <sched.h>
#include <setjmp.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "hazard.h"

enum { CANARY = 4711, PAGE = 4096 };

static void six_arguments(void)
{
	int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	unsigned char read_bytes[16];
	unsigned char *mapped;

	need(file >= 0 && pread(file, read_bytes, 16, PAGE) == 16, "own file");
	errno = CANARY;
	mapped = (unsigned char *)syscall(SYS_mmap, NULL, (size_t)PAGE, PROT_READ, MAP_PRIVATE, file, (off_t)PAGE);
	need(mapped != MAP_FAILED && errno == CANARY, "mapped");
	need(!memcmp(mapped, read_bytes, 16), "the sixth argument, an offset, arrived");
	need(!syscall(SYS_munmap, mapped, (size_t)PAGE) && !close(file), "unmapped");
	mapped = (unsigned char *)syscall(SYS_mmap, UINT64_C(0x7e5300000000), (size_t)PAGE, PROT_READ,
					  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0L);
	need(mapped == (void *)UINT64_C(0x7e5300000000), "arguments have 64 bits");
	need(!syscall(SYS_munmap, mapped, (size_t)PAGE), "unmapped");
}

static void too_many_arguments(void)
{
	unsigned word = 1;

	errno = CANARY;
	need(syscall(SYS_getpid, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L) == getpid(), "more than it takes");
	need(syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, 4L, 5L, 6L, 7L, 8L, 9L) == 0, "a futex, too");
	need(errno == CANARY, "errno is kept");
}

static void errors(void)
{
	unsigned word = 1;

	errno = CANARY;
	need(syscall(SYS_close, -1) == -1 && errno == EBADF, "an error");
	need(syscall(100000L) == -1 && errno == ENOSYS, "no such call");
	need(syscall(-1L) == -1 && errno == ENOSYS, "nor this one");
	need(syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 2, NULL, NULL, 0) == -1 && errno == EAGAIN, "another value");
	need(syscall(SYS_futex, (char *)&word + 1, FUTEX_WAIT_PRIVATE, 1, NULL, NULL, 0) == -1 && errno == EINVAL,
	     "half a word");
	need(syscall(SYS_futex, NULL, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0) == -1 && errno == EFAULT, "no word");
	need(syscall(SYS_futex, &word, 99, 0, NULL, NULL, 0) == -1 && errno == ENOSYS, "no operation");
	need(syscall(SYS_prctl, -1L, 0L, 0L, 0L, 0L) == -1 && errno == EINVAL, "no option");
	need(syscall(SYS_seccomp, 99L, 0L, NULL) == -1 && (errno == EINVAL || errno == ENOSYS), "no mode");
}

/* The child is a copy that came back from the same call. */
static void clone_as_fork(void)
{
	int status, before = 17;
	pid_t pid;

	errno = CANARY;
	pid = (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, 0L);
	need(pid >= 0 && errno == CANARY && before == 17, "cloned");
	if (!pid)
		syscall(SYS_exit_group, before);
	need(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 17, "the clone lived");
}

/* Registers that belong to the caller, across a call that goes straight on and one that does not. */
static void registers(void)
{
	static unsigned word = 1;
	long number[] = {SYS_getppid, SYS_futex}, kept;

	for (int i = 0; i < 2; i++) {
#ifdef __x86_64__
		__asm__ volatile(
			"pushq %%rbp\n\tpushq %%rbx\n\tpushq %%r12\n\tpushq %%r13\n\tpushq %%r14\n\tpushq %%r15\n\t"
			"movq $1, %%rbp\n\tmovq $2, %%rbx\n\tmovq $3, %%r12\n\tmovq $4, %%r13\n\t"
			"movq $5, %%r14\n\tmovq $6, %%r15\n\t"
			"xorl %%eax, %%eax\n\tcall syscall@PLT\n\t"
			"leaq (%%rbp, %%rbx), %%rax\n\taddq %%r12, %%rax\n\taddq %%r13, %%rax\n\t"
			"addq %%r14, %%rax\n\taddq %%r15, %%rax\n\t"
			"popq %%r15\n\tpopq %%r14\n\tpopq %%r13\n\tpopq %%r12\n\tpopq %%rbx\n\tpopq %%rbp"
			: "=a"(kept), "+D"(number[i])
			: "S"(&word), "d"((long)FUTEX_WAKE_PRIVATE), "c"(1L)
			: "r8", "r9", "r10", "r11", "memory", "cc");
#else
		__asm__ volatile(
			"mov x19, #1\n\tmov x20, #2\n\tmov x23, #3\n\tmov x24, #4\n\tmov x27, #5\n\tmov x28, #6\n\t"
			"mov x0, %1\n\tmov x1, %2\n\tmov x2, %3\n\tmov x3, #1\n\tbl syscall\n\t"
			"add %0, x19, x20\n\tadd %0, %0, x23\n\tadd %0, %0, x24\n\t"
			"add %0, %0, x27\n\tadd %0, %0, x28"
			: "=&r"(kept)
			: "r"(number[i]), "r"(&word), "r"((long)FUTEX_WAKE_PRIVATE)
			: "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14",
			  "x15", "x16", "x17", "x18", "x19", "x20", "x23", "x24", "x27", "x28", "x30", "memory", "cc");
#endif
		need(kept == 1 + 2 + 3 + 4 + 5 + 6, "the caller's registers are kept");
	}
}

static unsigned word;
static _Atomic pid_t sleeper;
static _Atomic int signals;
static sigjmp_buf outside;

static void count(int signal)
{
	(void)signal;
	signals++;
	syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 0, NULL, NULL, 0);
}

static void jump(int signal)
{
	(void)signal;
	siglongjmp(outside, 1);
}

static void *interrupt(void *argument)
{
	while (!sleeper)
		hazard_sleep_us(100);
	hazard_await_asleep(sleeper);
	need(!syscall(SYS_tgkill, getpid(), sleeper, SIGUSR1), "signal sent");
	return argument;
}

static void interrupted(void (*handler)(int))
{
	struct sigaction action = {.sa_handler = handler};
	pthread_t thread;
	long result = 0;

	need(!sigaction(SIGUSR1, &action, NULL), "handler");
	sleeper = 0;
	thread = hazard_start(interrupt, NULL);
	if (!sigsetjmp(outside, 1)) {
		sleeper = gettid();
		errno = CANARY;
		result = syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
		need(handler == count && result == -1 && errno == EINTR, "interrupted");
	}
	hazard_join(thread);
}

static void note(void *argument)
{
	++*(int *)argument;
}

static void *wait_to_be_cancelled(void *argument)
{
	pthread_cleanup_push(note, argument);
	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
	sleeper = gettid();
	for (;;)
		syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
	pthread_cleanup_pop(0);
	return NULL;
}

/* syscall() is no cancellation point; but a thread may be one everywhere. */
static void cancelled(void)
{
	void *result;
	int noted = 0;
	pthread_t thread;

	sleeper = 0;
	thread = hazard_start(wait_to_be_cancelled, &noted);
	while (!sleeper)
		hazard_sleep_us(100);
	hazard_await_asleep(sleeper);
	need(!pthread_cancel(thread) && !pthread_join(thread, &result), "cancelled");
	need(result == PTHREAD_CANCELED && noted == 1, "its cleanup ran");
}

int main(void)
{
	hazard_limit(20);
	for (int round = 0; round < 3; round++) {
		six_arguments();
		too_many_arguments();
		errors();
		clone_as_fork();
		registers();
		interrupted(count);
		interrupted(jump);
		cancelled();
		hazard_contend(2, 50);
	}
	return 0;
}
