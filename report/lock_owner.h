/* SPDX-License-Identifier: MIT */
/* lock_owner: who holds what a thread waits for, as libc notes it in the object itself.
 *
 * Called from   the tool; the thread that makes reports.
 * Reads         the object in the process's memory, once. Where that is not allowed nothing is known.
 * Knows         who holds mutexes of every type, who writes in a reader-writer lock and how many read (not who: libc does not
 *               note it), which thread a join waits for, who has a futex that hands priority on; of barriers, semaphores and
 *               spin locks the state. Conditions are held by nobody.
 */
#ifndef CONTEND_LOCK_OWNER_H
#define CONTEND_LOCK_OWNER_H

#include "process_memory.h"
#include "sample_table.h"

enum lock_hold {
	LOCK_HOLD_UNKNOWN, /* cannot be read, or there is no such thing */
	LOCK_HOLD_FREE,    /* nobody has it: about to be taken */
	LOCK_HOLD_OWNED,   /* by thread `tid` */
	LOCK_HOLD_READ,    /* by `readers` threads */
	LOCK_HOLD_TAKEN,   /* by somebody */
	LOCK_HOLD_JOINED,  /* thread `tid` has not ended yet */
	LOCK_HOLD_LOST,    /* its owner died with it, and nobody made it right: it cannot be had any more */
};

struct lock_owner {
	enum lock_hold hold;
	uint32_t tid;
	uint32_t readers;
	bool is_shared;  /* between processes: the owner may be in another one */
	bool is_checked; /* the kernel notes when its owner dies (robust, priority inheritance) */
	char words[48];  /* what else there is to say, such as "recursive, 2 levels"; "" for nothing */
};

void lock_owner_find(const struct process_memory *memory, enum wait_kind kind, uint64_t object,
		     struct lock_owner *out_owner);

#endif
