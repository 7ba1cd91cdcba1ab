/* SPDX-License-Identifier: MIT */
/* mutex_word: what can be read off a pthread mutex without taking it (glibc).
 *
 * Called from   wrappers, about a mutex that the caller may legally use at that moment.
 * Layout        asserted below against the static initialisers; the same since glibc 2.3.
 * Reading       racy by nature. A mutex that looks free may be taken a moment later, and the other way round; every answer
 *               is used only to decide whether to measure.
 */
#ifndef CONTEND_MUTEX_WORD_H
#define CONTEND_MUTEX_WORD_H

#include <linux/futex.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <threads.h>

#include "libc_layout.h"

/* pthread_mutex_t's __kind, as glibc's nptl sets it. */
enum mutex_kind_bits {
	MUTEX_TYPE = 3, /* PTHREAD_MUTEX_TIMED_NP, _RECURSIVE_NP, _ERRORCHECK_NP, _ADAPTIVE_NP */
	MUTEX_ROBUST = 16,
	MUTEX_PRIORITY_INHERIT = 32,
	MUTEX_PRIORITY_PROTECT = 64,
};

/* The lock word of a priority-protected mutex holds its ceiling above these bits. */
#define MUTEX_PROTECT_STATE ((1 << 19) - 1)

_Static_assert(offsetof(pthread_mutex_t, __data.__lock) == 0, "the lock word comes first");
_Static_assert(offsetof(pthread_mutex_t, __data.__count) == 4, "then the recursion count");
_Static_assert(offsetof(pthread_mutex_t, __data.__owner) == 8, "then the owner's tid");
_Static_assert(offsetof(pthread_mutex_t, __data.__kind) == 16, "the kind is the fifth word");
_Static_assert(sizeof(pthread_mutex_t) == LIBC_MUTEX_BYTES, "and nothing else is there");

/* Free for every kind but the priority-protected ones, whose word is never 0 (mutex_is_takeable tells). */
static inline bool mutex_looks_free(const pthread_mutex_t *mutex)
{
	return __atomic_load_n(&mutex->__data.__lock, __ATOMIC_RELAXED) == 0;
}

static inline bool mutex_is_owned_by(const pthread_mutex_t *mutex, uint32_t tid)
{
	return (uint32_t)__atomic_load_n(&mutex->__data.__owner, __ATOMIC_RELAXED) == tid;
}

/* The same object. */
static inline pthread_mutex_t *mutex_of_c11(mtx_t *mutex)
{
	_Static_assert(sizeof(mtx_t) == sizeof(pthread_mutex_t), "C11's mutex is a pthread mutex");
	return (pthread_mutex_t *)mutex;
}

static inline bool mutex_is_recursive(const pthread_mutex_t *mutex)
{
	return (mutex->__data.__kind & MUTEX_TYPE) == PTHREAD_MUTEX_RECURSIVE_NP;
}

/* Of a mutex that the caller has: did it take it more than once? */
static inline bool mutex_is_nested(const pthread_mutex_t *mutex)
{
	return mutex_is_recursive(mutex) && mutex->__data.__count > 1;
}

/* Would thread `tid` take a recursive mutex once more? */
static inline bool mutex_is_retaken(const pthread_mutex_t *mutex, uint32_t tid)
{
	return mutex_is_recursive(mutex) && mutex_is_owned_by(mutex, tid);
}

/* A lock that is not free in its word: can thread `tid` have it without waiting all the same? */
static inline bool mutex_is_takeable(const pthread_mutex_t *mutex, uint32_t tid)
{
	int kind = mutex->__data.__kind;
	int word = __atomic_load_n(&mutex->__data.__lock, __ATOMIC_RELAXED);

	if (mutex_is_retaken(mutex, tid))
		return true;
	if (kind & MUTEX_PRIORITY_PROTECT)
		return (word & MUTEX_PROTECT_STATE) == 0;
	if (kind & MUTEX_ROBUST)
		return (word & FUTEX_TID_MASK) == 0; /* its owner died */
	return false;
}

/* Will an unlock by thread `tid` really release it? No for the inner levels of a recursive mutex, and where unlock by
 * another than the owner is refused. tid 0: not known, taken for the owner. */
static inline bool mutex_unlock_releases(const pthread_mutex_t *mutex, uint32_t tid)
{
	int kind = mutex->__data.__kind;
	bool is_checked = mutex_is_recursive(mutex) || (kind & MUTEX_TYPE) == PTHREAD_MUTEX_ERRORCHECK_NP ||
			  (kind & (MUTEX_ROBUST | MUTEX_PRIORITY_INHERIT));

	if (is_checked && tid != 0 && !mutex_is_owned_by(mutex, tid))
		return false;
	return !mutex_is_nested(mutex);
}

#endif
