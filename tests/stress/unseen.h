/* SPDX-License-Identifier: MIT */
/* unseen: waits that no preloaded library sees, for what a storm does besides what it counts. System calls in assembler.
 *
 * Called from   any thread, any process, signal handlers. Usable from C and C++. errno stays; results are the kernel's.
 */
#ifndef CONTEND_TESTS_STRESS_UNSEEN_H
#define CONTEND_TESTS_STRESS_UNSEEN_H

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>

static inline long unseen_call(long number, long a, long b, long c, long d)
{
	register long fourth __asm__("r10") = d;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "0"(number), "D"(a), "S"(b), "d"(c), "r"(fourth)
			 : "rcx", "r11", "memory");
	return result;
}

/* May be cut short by a signal. */
static inline void unseen_sleep_us(long us)
{
	struct timespec duration = {us / 1000000, us % 1000000 * 1000};

	unseen_call(SYS_nanosleep, (long)&duration, 0, 0, 0);
}

/* The child's status as wait4 tells it, or the kernel's -errno. */
static inline int unseen_wait(pid_t pid)
{
	int status = 0;
	long result;

	do {
		result = unseen_call(SYS_wait4, pid, (long)&status, 0, 0);
	} while (result == -EINTR);
	return result < 0 ? (int)result : status;
}

/* A join that waits unseen until the thread has ended. */
static inline bool unseen_join(pthread_t thread)
{
	int error;

	while ((error = pthread_tryjoin_np(thread, NULL)) == EBUSY)
		unseen_sleep_us(200);
	return error == 0;
}

/* Ends when *word is no longer `value`, or by a signal, or after 10 ms. */
static inline void unseen_await_change(uint32_t *word, uint32_t value)
{
	struct timespec limit = {0, 10000000};

	unseen_call(SYS_futex, (long)word, 0 /* FUTEX_WAIT */, value, (long)&limit);
}

static inline void unseen_wake_all(uint32_t *word)
{
	unseen_call(SYS_futex, (long)word, 1 /* FUTEX_WAKE */, 0x7fffffff, 0);
}

/* Does the thread of this process sleep in the kernel? */
static inline bool unseen_is_asleep(pid_t tid)
{
	char path[64], text[512];
	long fd, bytes;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	fd = unseen_call(SYS_open, (long)path, O_RDONLY | O_CLOEXEC, 0, 0);
	if (fd < 0)
		return false;
	bytes = unseen_call(SYS_read, fd, (long)text, sizeof(text) - 1, 0);
	unseen_call(SYS_close, fd, 0, 0, 0);
	if (bytes <= 0)
		return false;
	text[bytes] = 0;
	return strrchr(text, ')') && strrchr(text, ')')[2] == 'S';
}

/* *tid is 0 before the thread is where it will sleep. */
static inline void unseen_await_asleep(const pid_t *tid)
{
	while (!__atomic_load_n(tid, __ATOMIC_ACQUIRE) || !unseen_is_asleep(*tid))
		unseen_sleep_us(50);
}

#endif
