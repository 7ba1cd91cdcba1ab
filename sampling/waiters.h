/* SPDX-License-Identifier: MIT */
/* waiters: who waits for which lock, so that a release can be charged with exactly the waiting that it ended.
 *
 * For each lock with waiters: W, how many wait; S, the sum of the times up to which each has been charged; L, when it was
 * last charged. A release at u is charged W*u - S, all that was waited since the release before it, in O(1).
 *
 * Shift         where only one lock in 2^shift is followed at a time, what waiters of that one cause stands for all. Waiters of one
 *               lock that came under different shifts are in entries of their own.
 *
 * Called from   application threads, guard held. waiters_any needs no guard.
 * Memory        WAITERS_BUCKETS buckets of WAITERS_WAYS locks in the region, and a word per bucket outside (the word that
 *               every unlock looks at; it works before the region exists and before relocation).
 * Ownership     a struct waiter belongs to its thread; between arrive and depart its entry stays with the lock.
 * When full     more locks with waiters than ways in one bucket: arrive answers false, LOSS_WAITERS_FULL.
 * Units         ticks. Times are taken modulo 2^50 ticks (5 days at 2.6 GHz) where two arrivals are compared.
 * Concurrency   lock-free; every change of W, S and L is one 16-byte compare-and-swap. No barrier is implied beyond that.
 *
 *               arrive   charge   depart     -: nothing needed
 *   arrive        -        -        -
 *   charge        -        -        -
 *   depart        -        -        -        (each waiter departs once)
 */
#ifndef CONTEND_WAITERS_H
#define CONTEND_WAITERS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "address_hash.h"

#define WAITERS_BUCKET_BITS 10
#define WAITERS_BUCKETS     (1u << WAITERS_BUCKET_BITS)
#define WAITERS_WAYS        7
#define WAITERS_PER_LOCK    16383 /* W has 14 bits; one more is a loss */
#define WAITERS_SHIFT_MOST  6

struct waiters_lock {
	_Atomic uint64_t
		pin; /* lock address (the 47 bits that tell it), shift (3 bits), how many pin the entry (14 bits); without these free */
	_Atomic uint64_t number; /* what waiters call the lock, so that its release need not find it out; 0: nothing */
	_Alignas(16) unsigned __int128 sums; /* W and L in the upper half, S in the lower */
};

struct waiters_bucket {
	struct waiters_lock locks[WAITERS_WAYS];
	uint64_t unused[4];
};

_Static_assert(sizeof(struct waiters_bucket) % 64 == 0, "locks in different buckets share no cache line");

struct waiters {
	struct waiters_bucket buckets[WAITERS_BUCKETS];
};

/* One waiting thread. */
struct waiter {
	struct waiters_lock *lock; /* NULL: in no entry (does not wait for a lock, or the table was full) */
	uint64_t since_ticks;
	uint32_t bucket;
};

/* An entry as readers see it. It was never so if threads come and go meanwhile. */
struct waiters_view {
	uint64_t address;     /* of the lock; without pins: of some lock before, or 0 */
	uint32_t shift;       /* each waiter stands for 2^shift of them */
	uint32_t pins;        /* threads that hold the entry; at least as many as wait */
	uint32_t waiting;     /* W */
	uint64_t charged_to;  /* S, modulo 2^64 */
	uint64_t last_charge; /* L, modulo 2^50; meaningless while nobody waits */
};

struct waiters_view waiters_read(const struct waiters_lock *lock);

/* How far one waiter has been charged: its arrival or the last charge (L), whichever is later. S is the sum of these. */
uint64_t waiters_charged_until(uint64_t since_ticks, uint64_t last_charge);

/* One cache line each, so that unlocks of different locks share none with a lock that is waited for. */
struct waiters_presence {
	union {
		struct {
			_Alignas(64) _Atomic uint32_t count; /* waiters in this bucket */
			_Atomic uint32_t holds;              /* holds of its locks that are timed (holds.h) */
		};
		_Atomic uint64_t either;
	};
};

_Static_assert(sizeof(struct waiters_presence) == 64, "nor do their words");

extern struct waiters_presence waiters_presence[WAITERS_BUCKETS] __attribute__((visibility("hidden")));

static inline uint32_t waiters_bucket_of(const void *lock)
{
	return address_hash(lock, WAITERS_BUCKET_BITS);
}

/* May anyone wait for this lock? False is certain (for waits that had begun). */
static inline bool waiters_any(const void *lock)
{
	return atomic_load_explicit(&waiters_presence[waiters_bucket_of(lock)].count, memory_order_relaxed) != 0;
}

/* The same, or may it be held by somebody whose hold is timed? What an uncontended unlock asks, at the same price. */
static inline bool waiters_or_holds(const void *lock)
{
	return atomic_load_explicit(&waiters_presence[waiters_bucket_of(lock)].either, memory_order_relaxed) != 0;
}

/* waiters: zeroed memory of the region; presence is cleared. Only while no other thread can be inside. */
void waiters_init(struct waiters *waiters);

/* What waiters know of their lock, so that its release need not find it out. */
struct waiters_note {
	uint32_t number; /* 1 + number in the lock table, 0 none */
	uint32_t shift;  /* one lock in 2^shift is followed; at most WAITERS_SHIFT_MOST */
	/* Of a charge: each waiter of this entry, for its waiting from waiters_charged_until(its arrival, last_charge) to until_ticks. */
	const struct waiters_lock *entry;
	uint64_t until_ticks;
	uint64_t last_charge;
};

/* The thread begins to wait for `lock` now. Writes *out_waiter; false, with out_waiter->lock NULL, when full. */
bool waiters_arrive(const void *lock, struct waiters_note note, struct waiter *out_waiter);

/* `lock` is about to be released: what was waited for it since it was last charged, in ticks, by all that its waiters stand for;
 * 0 if nobody waits. Then *out_note is not written; else it is the note of these waiters, with the least of their shifts: for so
 * many releases this one stands. Call before the real release: afterwards the waiters may be gone. */
uint64_t waiters_charge(const void *lock, struct waiters_note *out_note);

/* How many wait for `lock` now. */
uint32_t waiters_count(const void *lock);

/* The thread stopped waiting at now_ticks (acquired, timed out, cancelled). Returns the ticks of its wait that no release
 * was charged with, of all that it stands for: hand-off latency after an acquisition. Nothing to do, and 0, if waiter->lock is NULL. */
uint64_t waiters_depart(struct waiter *waiter, uint64_t now_ticks);

#endif
