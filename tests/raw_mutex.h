/* SPDX-License-Identifier: MIT */
/* raw_mutex: the textbook's mutex of one futex word, by syscall(). 0 free, 1 taken, 2 taken and perhaps waited for.
 *
 * Called from   test programs, any thread. Usable from C and C++.
 */
#ifndef CONTEND_TESTS_RAW_MUTEX_H
#define CONTEND_TESTS_RAW_MUTEX_H

#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

struct raw_mutex {
	unsigned word;
};

static inline void raw_mutex_lock(struct raw_mutex *mutex)
{
	unsigned found = 0;

	if (__atomic_compare_exchange_n(&mutex->word, &found, 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return;
	while (__atomic_exchange_n(&mutex->word, 2, __ATOMIC_ACQUIRE))
		syscall(SYS_futex, &mutex->word, FUTEX_WAIT_PRIVATE, 2, NULL, NULL, 0);
}

static inline void raw_mutex_unlock(struct raw_mutex *mutex)
{
	if (__atomic_exchange_n(&mutex->word, 0, __ATOMIC_RELEASE) == 2)
		syscall(SYS_futex, &mutex->word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

#endif
