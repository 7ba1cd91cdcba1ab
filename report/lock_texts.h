/* SPDX-License-Identifier: MIT */
/* lock_texts: what the locks of a snapshot are called in reports: "orders", "cache_lock", "db+0x40", "made in cache_new",
 * "0x7f0012345678".
 *
 * Called from   symbols_resolve, which knows the functions.
 * Memory        `texts`, which outlives them.
 */
#ifndef CONTEND_LOCK_TEXTS_H
#define CONTEND_LOCK_TEXTS_H

#include "arena.h"
#include "snapshot_locks.h"
#include "symbols.h"

/* Writes the texts of all locks of the snapshot, by their number less 1; NULL for those that are none. `symbols` has the names of their
 * frames that are code. Variables are looked for below `root`. 0 or -ENOMEM. */
int lock_texts_resolve(const struct snapshot *snapshot, const char *root, const struct symbols *symbols,
		       struct arena *texts, const char **out_texts);

/* Is the lock's frame code? */
static inline bool lock_texts_is_code(const struct snapshot_lock *lock)
{
	return lock->known_by == LOCK_BY_PLACE;
}

#endif
