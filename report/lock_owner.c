/* SPDX-License-Identifier: MIT */
#include <linux/futex.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>

#include "libc_layout.h"
#include "lock_owner.h"
#include "mutex_word.h"
#include "rwlock_word.h"

enum { MUTEX_SHARED = 128 };                    /* in __kind */
enum { MUTEX_NOT_RECOVERABLE = INT32_MAX - 1 }; /* in __owner */

static void own(struct lock_owner *owner, uint32_t tid)
{
	owner->tid = tid;
	owner->hold = tid ? LOCK_HOLD_OWNED : LOCK_HOLD_FREE;
}

/* The kernel looks at the lock word of those that it helps with, where the owner's tid is; all others have it beside. */
static void find_mutex(const struct process_memory *memory, uint64_t object, struct lock_owner *owner)
{
	pthread_mutex_t mutex;
	int kind;

	if (process_memory_read(memory, object, &mutex, sizeof(mutex)))
		return;
	kind = mutex.__data.__kind;
	owner->is_shared = kind & MUTEX_SHARED;
	owner->is_checked = kind & (MUTEX_ROBUST | MUTEX_PRIORITY_INHERIT);
	if (owner->is_checked)
		own(owner, (uint32_t)mutex.__data.__lock & FUTEX_TID_MASK);
	else
		own(owner, mutex.__data.__lock ? (uint32_t)mutex.__data.__owner : 0);
	if (mutex.__data.__owner == MUTEX_NOT_RECOVERABLE)
		owner->hold = LOCK_HOLD_LOST;
	if (owner->hold == LOCK_HOLD_FREE && mutex.__data.__lock && !(kind & (MUTEX_PRIORITY_PROTECT)) &&
	    !owner->is_checked)
		owner->hold = LOCK_HOLD_TAKEN; /* between taking it and saying so, or by another process's thread */
	if ((kind & MUTEX_TYPE) == PTHREAD_MUTEX_RECURSIVE_NP && owner->hold == LOCK_HOLD_OWNED)
		snprintf(owner->words, sizeof(owner->words), "recursive, %u deep", mutex.__data.__count);
}

static void find_rwlock(const struct process_memory *memory, uint64_t object, struct lock_owner *owner)
{
	pthread_rwlock_t lock;

	if (process_memory_read(memory, object, &lock, sizeof(lock)))
		return;
	owner->is_shared = lock.__data.__shared != 0;
	own(owner, (uint32_t)lock.__data.__cur_writer);
	owner->readers = lock.__data.__readers >> RWLOCK_READER_SHIFT;
	if (owner->hold == LOCK_HOLD_FREE && !(lock.__data.__readers & RWLOCK_WRITE_PHASE) && owner->readers)
		owner->hold = LOCK_HOLD_READ;
}

static void find_joined(const struct process_memory *memory, uint64_t thread, struct lock_owner *owner)
{
	uint32_t tid;

	if (process_memory_read(memory, thread + LIBC_DESCRIPTOR_TID_BYTES, &tid, sizeof(tid)))
		return;
	owner->tid = tid;
	owner->hold = tid ? LOCK_HOLD_JOINED : LOCK_HOLD_FREE;
}

static void find_spin(const struct process_memory *memory, uint64_t object, struct lock_owner *owner)
{
	int word;

	if (!process_memory_read(memory, object, &word, sizeof(word)))
		owner->hold = libc_spin_is_free(word) ? LOCK_HOLD_FREE : LOCK_HOLD_TAKEN;
}

/* glibc since 2.25: arrivals in all rounds, those of rounds that are over, arrivals in a round. */
static void find_barrier(const struct process_memory *memory, uint64_t object, struct lock_owner *owner)
{
	uint32_t words[3];

	if (!process_memory_read(memory, object, words, sizeof(words)))
		snprintf(owner->words, sizeof(owner->words), "%u of %u are there", words[0] - words[1], words[2]);
}

/* The value in the lower half, the waiters in the upper one. */
static void find_semaphore(const struct process_memory *memory, uint64_t object, struct lock_owner *owner)
{
	uint64_t word;

	if (object && !process_memory_read(memory, object, &word, sizeof(word)))
		snprintf(owner->words, sizeof(owner->words), "value %u", (uint32_t)word);
}

static void find_futex(const struct process_memory *memory, uint64_t object, struct lock_owner *owner)
{
	uint32_t word;

	if (!process_memory_read(memory, object, &word, sizeof(word)))
		own(owner, word & FUTEX_TID_MASK);
	owner->is_checked = true;
}

void lock_owner_find(const struct process_memory *memory, enum wait_kind kind, uint64_t object,
		     struct lock_owner *out_owner)
{
	*out_owner = (struct lock_owner){.hold = LOCK_HOLD_UNKNOWN};
	switch (kind) {
	case WAIT_MUTEX:
		find_mutex(memory, object, out_owner);
		break;
	case WAIT_RWLOCK_READ:
	case WAIT_RWLOCK_WRITE:
		find_rwlock(memory, object, out_owner);
		break;
	case WAIT_JOIN:
		find_joined(memory, object, out_owner);
		break;
	case WAIT_SPIN:
		find_spin(memory, object, out_owner);
		break;
	case WAIT_BARRIER:
		find_barrier(memory, object, out_owner);
		break;
	case WAIT_SEMAPHORE:
		find_semaphore(memory, object, out_owner);
		break;
	case WAIT_FUTEX_LOCK:
		find_futex(memory, object, out_owner);
		break;
	default:
		break;
	}
}
