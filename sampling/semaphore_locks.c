/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "address_hash.h"
#include "losses.h"
#include "semaphore_locks.h"

enum { WINDOW = 8 }; /* entries in which a semaphore may be, from its hash on */

/* A cache line each: it is written by every take and post. */
struct entry {
	_Alignas(64) _Atomic uintptr_t semaphore; /* 0: free */
	_Atomic uintptr_t holder;                 /* pthread_self, which a fork does not change; 0: not held */
};

static struct entry entries[SEMAPHORE_LOCKS];

static struct entry *entry_at(const void *semaphore, unsigned place)
{
	return &entries[(address_hash(semaphore, SEMAPHORE_LOCKS_BITS) + place) % SEMAPHORE_LOCKS];
}

static struct entry *find(const void *semaphore)
{
	for (unsigned place = 0; place < WINDOW; place++) {
		struct entry *entry = entry_at(semaphore, place);

		if (atomic_load_explicit(&entry->semaphore, memory_order_relaxed) == (uintptr_t)semaphore)
			return entry;
	}
	return NULL;
}

static void forget(struct entry *entry)
{
	atomic_store_explicit(&entry->semaphore, 0, memory_order_relaxed);
}

/* Whoever initialises a semaphore is alone with it. */
static void enter(const void *semaphore)
{
	for (unsigned place = 0; place < WINDOW; place++) {
		struct entry *entry = entry_at(semaphore, place);
		uintptr_t free = 0;

		if (!atomic_compare_exchange_strong_explicit(&entry->semaphore, &free, (uintptr_t)semaphore,
							     memory_order_relaxed, memory_order_relaxed))
			continue;
		atomic_store_explicit(&entry->holder, 0, memory_order_relaxed);
		return;
	}
	losses_add(LOSS_SEMAPHORES_FULL);
}

void semaphore_locks_initialised(const void *semaphore, unsigned value)
{
	semaphore_locks_destroyed(semaphore); /* its memory may have been another's */
	if (value == 1)
		enter(semaphore);
}

void semaphore_locks_destroyed(const void *semaphore)
{
	struct entry *entry = find(semaphore);

	if (entry)
		forget(entry);
}

bool semaphore_locks_is_one(const void *semaphore)
{
	return find(semaphore) != NULL;
}

void semaphore_locks_taken(const void *semaphore)
{
	struct entry *entry = find(semaphore);

	if (entry && atomic_exchange_explicit(&entry->holder, (uintptr_t)pthread_self(), memory_order_relaxed) != 0)
		forget(entry);
}

bool semaphore_locks_posted(const void *semaphore)
{
	struct entry *entry = find(semaphore);
	uintptr_t self = (uintptr_t)pthread_self();

	if (!entry)
		return false;
	if (atomic_compare_exchange_strong_explicit(&entry->holder, &self, 0, memory_order_relaxed,
						    memory_order_relaxed))
		return true;
	forget(entry);
	return false;
}
