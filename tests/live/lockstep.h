/* SPDX-License-Identifier: MIT */
/* lockstep: runs a process instruction by instruction, one thread at a time.
 *
 * A thread is stepped until it sleeps in the kernel, ends, or yields; then the next one is that can go on. So nothing of the process
 * happens between two steps but what the kernel does, and it happens in the same order each time.
 * Fast          from system call to system call, in the same order.
 * Needs         an x86-64, and to be allowed to trace. Threads that wait for each other without a system call wait for ever.
 * One per process.
 */
#ifndef CONTEND_TESTS_LOCKSTEP_H
#define CONTEND_TESTS_LOCKSTEP_H

#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

enum {
	LOCKSTEP_THREADS = 64,     /* at a time */
	LOCKSTEP_STUCK_MS = 20000, /* all sleep for so long: they will not wake up */
	LOCKSTEP_SYSCALL = 0x050f, /* that instruction */
	LOCKSTEP_CALL_STOP = SIGTRAP | 0x80,
	LOCKSTEP_NOT_ALLOWED = 126, /* exit status of a process that may not be traced */
};

enum lockstep_state {
	LOCKSTEP_STOPPED, /* between two instructions, or at the begin of a system call */
	LOCKSTEP_YIELDED, /* the same, and others go first */
	LOCKSTEP_KERNEL,  /* on its way there, asleep, or on its way back */
};

struct lockstep_thread {
	pid_t tid;
	enum lockstep_state state;
	bool is_in_call; /* it has begun, and its end will be told */
	int signal;      /* that it gets when it goes on; 0: none */
};

static struct {
	pid_t pid;
	struct lockstep_thread threads[LOCKSTEP_THREADS];
	unsigned thread_count;
	bool is_fast; /* set by the caller's functions, as the next one */
	bool is_over; /* before a system call: it is not made, nor anything else */
	bool (*take_call)(
		const struct user_regs_struct *registers); /* told before each system call; true: others go first */
	void (*step)(const struct user_regs_struct *registers); /* told before each instruction; not if fast */
} lockstep;

__attribute__((noreturn)) static void lockstep_fail(const char *what)
{
	printf("Bail out! %s\n", what);
	if (lockstep.pid)
		kill(lockstep.pid, SIGKILL);
	exit(1);
}

/* Both processes on one CPU, which either leaves when it stops: several times as fast. */
static void lockstep_stay_here(void)
{
	cpu_set_t here;

	CPU_ZERO(&here);
	CPU_SET(sched_getcpu(), &here);
	sched_setaffinity(0, sizeof(here), &here);
}

__attribute__((noreturn)) static void lockstep_become(char *const *arguments, const char *preload)
{
	setenv("LD_PRELOAD", preload, 1);
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
		_exit(LOCKSTEP_NOT_ALLOWED);
	execv(arguments[0], arguments);
	_exit(127);
}

/* Starts a program, with that library preloaded; it is stopped where it raises SIGTRAP. False: nobody may trace here. */
static bool lockstep_start(char *const *arguments, const char *preload)
{
	int status = 0;

	lockstep_stay_here();
	lockstep.pid = fork();
	if (!lockstep.pid)
		lockstep_become(arguments, preload);
	waitpid(lockstep.pid, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == LOCKSTEP_NOT_ALLOWED)
		return false;
	if (!WIFSTOPPED(status) ||
	    ptrace(PTRACE_SETOPTIONS, lockstep.pid, NULL,
		   PTRACE_O_EXITKILL | PTRACE_O_TRACECLONE | PTRACE_O_TRACESYSGOOD) ||
	    ptrace(PTRACE_CONT, lockstep.pid, NULL, NULL) || waitpid(lockstep.pid, &status, 0) != lockstep.pid ||
	    !WIFSTOPPED(status) || WSTOPSIG(status) != SIGTRAP)
		lockstep_fail("the program does not start");
	lockstep.threads[lockstep.thread_count++] = (struct lockstep_thread){.tid = lockstep.pid};
	return true;
}

static void lockstep_remove(struct lockstep_thread *thread)
{
	*thread = lockstep.threads[--lockstep.thread_count];
}

static void lockstep_add(pid_t tid)
{
	if (lockstep.thread_count == LOCKSTEP_THREADS)
		lockstep_fail("too many threads");
	lockstep.threads[lockstep.thread_count++] = (struct lockstep_thread){.tid = tid, .state = LOCKSTEP_KERNEL};
}

/* A new thread stops by a signal of its own. */
static void lockstep_take_stop(struct lockstep_thread *thread, int status)
{
	unsigned long tid;

	thread->state = LOCKSTEP_STOPPED;
	if (WSTOPSIG(status) == LOCKSTEP_CALL_STOP) {
		thread->is_in_call = !thread->is_in_call;
	} else if (status >> 16 == PTRACE_EVENT_CLONE) {
		ptrace(PTRACE_GETEVENTMSG, thread->tid, NULL, &tid);
		lockstep_add((pid_t)tid);
	} else {
		thread->is_in_call = false;
		if (WSTOPSIG(status) != SIGTRAP && WSTOPSIG(status) != SIGSTOP)
			thread->signal = WSTOPSIG(status);
	}
}

/* True unless it sleeps: that it does so may be seen a moment too late, but not too early. */
static bool lockstep_is_moving(pid_t tid)
{
	char path[64], text[512], *rest;
	size_t bytes;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", lockstep.pid, tid);
	file = fopen(path, "r");
	bytes = file ? fread(text, 1, sizeof(text) - 1, file) : 0;
	if (file)
		fclose(file);
	text[bytes] = '\0';
	rest = strrchr(text, ')');
	return !rest || rest[2] != 'S';
}

/* Until it is back, or sleeps. It may be gone then: false. */
static bool lockstep_await_kernel(struct lockstep_thread *thread)
{
	for (;;) {
		bool is_moving = lockstep_is_moving(thread->tid);
		int status;
		pid_t found = waitpid(thread->tid, &status, __WALL | WNOHANG);

		if (found == thread->tid && !WIFSTOPPED(status)) {
			lockstep_remove(thread);
			return false;
		}
		if (found == thread->tid)
			lockstep_take_stop(thread, status);
		if (found < 0)
			lockstep_fail("a thread is lost");
		if (found || !is_moving)
			return true;
		sched_yield();
	}
}

static struct user_regs_struct lockstep_registers(const struct lockstep_thread *thread)
{
	struct user_regs_struct registers;

	if (ptrace(PTRACE_GETREGS, thread->tid, NULL, &registers))
		lockstep_fail("registers cannot be read");
	return registers;
}

static bool lockstep_is_at_call(const struct lockstep_thread *thread, uint64_t address)
{
	return thread->is_in_call ||
	       (ptrace(PTRACE_PEEKTEXT, thread->tid, (void *)address, NULL) & 0xffff) == LOCKSTEP_SYSCALL;
}

static void lockstep_resume(struct lockstep_thread *thread)
{
	if (ptrace(lockstep.is_fast ? PTRACE_SYSCALL : PTRACE_SINGLESTEP, thread->tid, NULL, (long)thread->signal))
		lockstep_fail("a thread cannot be stepped");
	thread->state = LOCKSTEP_KERNEL;
	thread->signal = 0;
}

/* The program's own code comes to an end of itself: an instruction's, or the next system call. */
static void lockstep_await_stop(struct lockstep_thread *thread)
{
	int status;

	if (waitpid(thread->tid, &status, __WALL) != thread->tid || !WIFSTOPPED(status))
		lockstep_fail("the process ended");
	lockstep_take_stop(thread, status);
}

/* False: it is gone, or all is over. */
static bool lockstep_call(struct lockstep_thread *thread, struct user_regs_struct *registers)
{
	bool is_yield;

	if (thread->is_in_call)
		registers->rax = registers->orig_rax;
	is_yield = lockstep.take_call(registers);
	if (lockstep.is_over)
		return false;
	lockstep_resume(thread);
	if (!lockstep_await_kernel(thread))
		return false;
	thread->state = is_yield ? LOCKSTEP_YIELDED : thread->state;
	return true;
}

/* The same. */
static bool lockstep_step(struct lockstep_thread *thread)
{
	struct user_regs_struct registers = lockstep_registers(thread);
	bool is_there = true;

	if (!lockstep.is_fast)
		lockstep.step(&registers);
	if (lockstep_is_at_call(thread, registers.rip)) {
		is_there = lockstep_call(thread, &registers);
	} else {
		lockstep_resume(thread);
		lockstep_await_stop(thread);
	}
	return is_there;
}

/* The next that can go on; those that let others go first only where no other one can. NULL: all sleep. */
static struct lockstep_thread *lockstep_choose(void)
{
	struct lockstep_thread *yielded = NULL;

	for (unsigned i = 0; i < lockstep.thread_count;) {
		struct lockstep_thread *thread = &lockstep.threads[i];

		if (thread->state == LOCKSTEP_KERNEL && !lockstep_await_kernel(thread))
			continue;
		if (thread->state == LOCKSTEP_STOPPED)
			return thread;
		if (thread->state == LOCKSTEP_YIELDED)
			yielded = thread;
		i++;
	}
	return yielded;
}

/* Until it is over; then the process is killed. */
static void lockstep_run(void)
{
	unsigned asleep_ms = 0;

	while (!lockstep.is_over) {
		struct lockstep_thread *thread = lockstep_choose();

		if (!thread && ++asleep_ms > LOCKSTEP_STUCK_MS)
			lockstep_fail("all sleep");
		if (!thread) {
			t_sleep_ms(1);
			continue;
		}
		asleep_ms = 0;
		while (!lockstep.is_over && lockstep_step(thread) && thread->state == LOCKSTEP_STOPPED)
			;
	}
	kill(lockstep.pid, SIGKILL);
}

#endif
