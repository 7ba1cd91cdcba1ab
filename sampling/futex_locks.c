/* SPDX-License-Identifier: MIT */
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

#include "address_hash.h"
#include "futex_locks.h"

enum { WINDOW = 8 }; /* entries in which a word may be, from its hash on */

/* What was seen of a word: the value that was last expected, in the lower half, and remarks. */
#define EXPECTED  UINT64_C(0xffffffff)
#define WAS_OTHER (UINT64_C(1) << 32) /* another value was expected before */
#define WAS_WOKEN (UINT64_C(1) << 33) /* while this one was expected, somebody was woken */
#define CAME_BACK (UINT64_C(1) << 34) /* and after that it was expected again */

/* A cache line each: threads that wait for different words share none. */
struct entry {
	_Alignas(64) _Atomic uintptr_t word; /* 0: free */
	_Atomic uint64_t seen;
	_Atomic(const struct sample *) waiter;
};

static struct entry entries[FUTEX_LOCKS];
static _Atomic bool are_used;

static struct entry *entry_at(const void *word, unsigned place)
{
	return &entries[(address_hash(word, FUTEX_LOCKS_BITS) + place) % FUTEX_LOCKS];
}

/* Its entry, or the first free one, or NULL. */
static struct entry *find(const void *word)
{
	struct entry *free = NULL;

	for (unsigned place = 0; place < WINDOW; place++) {
		struct entry *entry = entry_at(word, place);
		uintptr_t found = atomic_load_explicit(&entry->word, memory_order_relaxed);

		if (found == (uintptr_t)word)
			return entry;
		if (found == 0 && !free)
			free = entry;
	}
	return free;
}

static bool is_for(const struct entry *entry, const void *word)
{
	return atomic_load_explicit(&entry->word, memory_order_relaxed) == (uintptr_t)word;
}

/* A word that is used now takes the place of one that may not be. */
static struct entry *enter(const void *word, uint32_t expected)
{
	struct entry *entry = find(word);

	if (!entry)
		entry = entry_at(word, (uintptr_t)word / sizeof(uint32_t) % WINDOW);
	if (is_for(entry, word))
		return entry;
	atomic_store_explicit(&are_used, true, memory_order_relaxed);
	atomic_store_explicit(&entry->seen, expected, memory_order_relaxed);
	atomic_store_explicit(&entry->word, (uintptr_t)word, memory_order_relaxed);
	return entry;
}

void futex_locks_init(void)
{
	if (atomic_exchange_explicit(&are_used, false, memory_order_relaxed)) /* else its pages need not be touched */
		memset(entries, 0, sizeof(entries));
}

void futex_locks_waited(const void *word, uint32_t expected, const struct sample *waiter)
{
	struct entry *entry = enter(word, expected);
	uint64_t seen = atomic_load_explicit(&entry->seen, memory_order_relaxed);

	atomic_store_explicit(&entry->waiter, waiter, memory_order_release); /* its frames are there */
	if ((seen & EXPECTED) != expected)
		atomic_store_explicit(&entry->seen, expected | WAS_OTHER, memory_order_relaxed);
	else if ((seen & (WAS_WOKEN | CAME_BACK)) == WAS_WOKEN)
		atomic_fetch_or_explicit(&entry->seen, CAME_BACK, memory_order_relaxed);
}

struct futex_lock futex_locks_woken(const void *word, uint32_t waiters)
{
	struct entry *entry = find(word);
	struct futex_lock lock = {.may_be_lock = false};
	uint64_t seen;

	if (!entry || !is_for(entry, word))
		return lock;
	seen = atomic_load_explicit(&entry->seen, memory_order_relaxed);
	if (!(seen & WAS_WOKEN))
		atomic_fetch_or_explicit(&entry->seen, WAS_WOKEN, memory_order_relaxed);
	lock.expected = (uint32_t)seen;
	lock.waiter = atomic_load_explicit(&entry->waiter, memory_order_acquire);
	lock.may_be_lock = waiters == 1 && (int32_t)seen > 0 && ((seen & CAME_BACK) || !(seen & WAS_OTHER));
	return lock;
}
