/* SPDX-License-Identifier: MIT */
/* lock_table: the locks that reports tell apart, and what was waited for each.
 *
 * Identity      a lock is known by the name that it was given, else as a variable of a loaded object, else by where it was
 *               initialised, else by its address (CONTEND_LOCK_LABELS=name); or always by its address (address). Locks with the same
 *               name, or initialised in the same place, are one here: a million locks in a million objects are a few.
 * Called from   application threads, guard held, signal handlers included; readers from reports, also in another process.
 * Memory        LOCK_TABLE_LIMIT identities in the region; never reused. Of those known by their address alone there are
 *               LOCK_TABLE_ADDRESSES at most, unless all are known so.
 * When full     lock_table_find answers 0, which is no lock; LOSS_LOCKS_FULL.
 * Units         ticks; every wait counts, whatever the profiles keep.
 * Concurrency   lock-free. Accounts have cache lines of their own, and are written in the shadow of a wait: each thread keeps what it
 *               waited for one lock until it waits for another.
 */
#ifndef CONTEND_LOCK_TABLE_H
#define CONTEND_LOCK_TABLE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "lock_names.h"

#define LOCK_TABLE_BITS      10
#define LOCK_TABLE_LIMIT     (1u << LOCK_TABLE_BITS)
#define LOCK_TABLE_ADDRESSES (LOCK_TABLE_LIMIT / 4)
#define LOCK_TABLE_PROBES    64

enum lock_known_by {
	LOCK_BY_NAME,     /* that was given */
	LOCK_BY_VARIABLE, /* of a loaded object, in whose data it lies */
	LOCK_BY_PLACE,    /* where it was initialised */
	LOCK_BY_ADDRESS,
	LOCK_KNOWN_COUNT
};

/* Constant once it is ready. */
struct lock_identity {
	_Atomic uint32_t ready; /* 1 (release/acquire) */
	uint32_t known_by;      /* enum lock_known_by */
	uint64_t frame; /* as in frame.h: of the variable, the call that initialises, the address; 0 for names */
	char name[LOCK_NAME_BYTES];
};

/* What threads waited for it. */
struct lock_account {
	_Alignas(64) _Atomic uint64_t contentions;
	_Atomic uint64_t waited_ticks;
	_Atomic uint64_t longest_ticks;
	_Atomic uint64_t address; /* of the lock that was waited for last */
	_Atomic uint32_t kind;    /* of that wait, enum wait_kind */
};

_Static_assert(sizeof(struct lock_account) % 64 == 0, "threads that wait for different locks share no cache line");

struct lock_table {
	_Atomic uint32_t resets;
	_Atomic uint64_t keys[LOCK_TABLE_LIMIT]; /* 0: free */
	_Atomic uint32_t addresses; /* identities that are only an address; may count some that got no place */
	_Alignas(64) struct lock_identity identities[LOCK_TABLE_LIMIT];
	struct lock_account accounts[LOCK_TABLE_LIMIT];
};

/* What one thread waited for one lock, not yet in the table. Its own words; readers add them. */
struct lock_waits {
	uint32_t lock;   /* 1 + its number; 0: none */
	uint32_t resets; /* lock_table.resets when this began: what it says is forgotten if that has changed */
	uint32_t kind;
	uint64_t address;
	uint64_t contentions;
	uint64_t waited_ticks;
	uint64_t longest_ticks;
};

enum lock_labels { LOCK_LABELS_OFF, LOCK_LABELS_NAME, LOCK_LABELS_ADDRESS };

/* table: zeroed memory of the region. */
void lock_table_init(struct lock_table *table, enum lock_labels labels);

/* 1 + the number of what the lock at that address is known as, entered at first sight; 0: off, or no room. */
uint32_t lock_table_find(const void *lock);

/* Enters what a thread waited into the table, and forgets it. */
void lock_table_settle(struct lock_waits *waits);

/* Nothing was waited for any lock so far. */
void lock_table_reset(void);

/* As in the table of the region. */
extern _Atomic uint32_t lock_table_resets __attribute__((visibility("hidden")));

/* The thread's next wait is for `lock` (not 0): what it waited for another one is settled. */
static inline void lock_waits_begin(struct lock_waits *waits, uint32_t lock)
{
	uint32_t resets = atomic_load_explicit(&lock_table_resets, memory_order_relaxed);

	if (waits->lock == lock && waits->resets == resets)
		return;
	lock_table_settle(waits);
	waits->lock = lock;
	waits->resets = resets;
}

/* That wait is over. Another one may have come in between, in a signal handler. */
static inline void lock_waits_end(struct lock_waits *waits, uint32_t lock, const void *object, uint32_t kind,
				  uint64_t ticks)
{
	lock_waits_begin(waits, lock);
	waits->kind = kind;
	waits->address = (uint64_t)(uintptr_t)object;
	waits->contentions += 1;
	waits->waited_ticks += ticks;
	if (waits->longest_ticks < ticks)
		waits->longest_ticks = ticks;
}

#endif
