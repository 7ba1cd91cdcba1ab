/* SPDX-License-Identifier: MIT */
/* rwlock_word: what can be read off a pthread reader-writer lock without taking it (glibc).
 *
 * Called from   wrappers, about a lock that the caller may legally use at that moment.
 * Layout        asserted below; the same since glibc 2.25, which brought these locks' present algorithm.
 * Reading       racy by nature: every answer is used only to decide whether to measure, and under which kind.
 */
#ifndef CONTEND_RWLOCK_WORD_H
#define CONTEND_RWLOCK_WORD_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* pthread_rwlock_t's __readers: the number of readers above these bits. */
enum rwlock_bits {
	RWLOCK_WRITE_PHASE = 1,  /* the lock is, or was last, a writer's */
	RWLOCK_WRITE_LOCKED = 2, /* a writer has it or is the next to have it */
	RWLOCK_READER_SHIFT = 3,
};

_Static_assert(offsetof(pthread_rwlock_t, __data.__readers) == 0, "the readers' word comes first");
_Static_assert(offsetof(pthread_rwlock_t, __data.__flags) == 48, "the preference is the thirteenth word");
_Static_assert(sizeof(pthread_rwlock_t) == 56, "a reader-writer lock has 56 bytes");

static inline unsigned rwlock_word(const pthread_rwlock_t *lock)
{
	return __atomic_load_n(&lock->__data.__readers, __ATOMIC_RELAXED);
}

/* Can a reader have it without waiting? A writer that only waits keeps readers out if the lock prefers writers. */
static inline bool rwlock_is_readable(const pthread_rwlock_t *lock)
{
	unsigned word = rwlock_word(lock);

	if (!(word & RWLOCK_WRITE_LOCKED))
		return true;
	return !(word & RWLOCK_WRITE_PHASE) && lock->__data.__flags != PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP;
}

/* Can a writer have it without waiting? */
static inline bool rwlock_is_writable(const pthread_rwlock_t *lock)
{
	unsigned word = rwlock_word(lock);

	return !(word & RWLOCK_WRITE_LOCKED) && (word >> RWLOCK_READER_SHIFT == 0 || (word & RWLOCK_WRITE_PHASE));
}

/* Of a lock that the caller has: for writing? */
static inline bool rwlock_is_written(const pthread_rwlock_t *lock)
{
	unsigned word = rwlock_word(lock);

	return (word & RWLOCK_WRITE_PHASE) && (word & RWLOCK_WRITE_LOCKED);
}

#endif
