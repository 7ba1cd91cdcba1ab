/* SPDX-License-Identifier: MIT */
/* every_instruction_process: what the calls share that every_instruction steps through, in the process that makes them.
 *
 * It has one processor, in effect: a thread runs until it sleeps in the kernel, ends, or lets others go first (lockstep.h). So what is
 * written here in order happens in that order, without any waiting for each other.
 */
#ifndef CONTEND_TESTS_EVERY_INSTRUCTION_PROCESS_H
#define CONTEND_TESTS_EVERY_INSTRUCTION_PROCESS_H

#include <semaphore.h>

#include "hazard/hazard.h"

enum {
	CALLS_MARK = 0x636f6e74, /* second argument of a sched_yield that says something to the stepping process */
	CALLS_WAITERS = 2,
	CALLS_LIMIT_MS = 700, /* of waits that time out: all instructions before them take less */
};

/* what NULL: all others go first, until none can. "": what follows is not to be checked. Else that is its name. */
static inline void calls_mark(const char *what)
{
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"((long)SYS_sched_yield), "D"(what), "S"((long)CALLS_MARK)
			 : "rcx", "r11", "memory");
}

static struct {
	pthread_mutex_t mutex;
	pthread_cond_t cond;
	pthread_rwlock_t rwlock;
	pthread_barrier_t barrier;
	sem_t semaphore;
	_Atomic unsigned word;
	int ends[2]; /* of a pipe */
	int (*plugin_wait)(void *mutex);
	bool is_over;
	bool is_checked; /* this time */
} calls = {.mutex = PTHREAD_MUTEX_INITIALIZER, .cond = PTHREAD_COND_INITIALIZER, .rwlock = PTHREAD_RWLOCK_INITIALIZER};

typedef void calls_body(void);

/* The first time fills tables that the second time finds filled; but each has stacks of its own, so that the second time enters samples. */
__attribute__((noinline)) static void calls_first(calls_body *body)
{
	body();
	__asm__ volatile("" ::: "memory"); /* no tail call */
}

__attribute__((noinline)) static void calls_second(calls_body *body)
{
	body();
	__asm__ volatile("# not folded with the other one" ::: "memory");
}

static void *calls_thread(void *body)
{
	if (calls.is_checked)
		calls_second((calls_body *)body);
	else
		calls_first((calls_body *)body);
	return NULL;
}

/* These wait, each in a thread of its own, while `meanwhile` ends it. */
static void calls_let_wait(unsigned waiters, calls_body *wait, calls_body *meanwhile)
{
	pthread_t threads[CALLS_WAITERS];

	for (unsigned i = 0; i < waiters; i++)
		threads[i] = hazard_start(calls_thread, (void *)wait);
	calls_mark(NULL);
	meanwhile();
	for (unsigned i = 0; i < waiters; i++)
		hazard_join(threads[i]);
}

static void calls_nothing(void)
{
}

#endif
