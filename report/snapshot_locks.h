/* SPDX-License-Identifier: MIT */
/* snapshot_locks: the locks of a snapshot: how each is known, and what was waited for it.
 *
 * Called from   snapshot_take; snapshot_subtract. Trust and memory as theirs.
 */
#ifndef CONTEND_SNAPSHOT_LOCKS_H
#define CONTEND_SNAPSHOT_LOCKS_H

#include "snapshot.h"

/* All waits count, whatever the profiles keep. */
struct snapshot_lock {
	enum lock_known_by known_by; /* LOCK_KNOWN_COUNT: no such lock */
	const char *name;            /* that was given; "" for none */
	uint64_t frame;              /* of the variable, the call that initialised it, or its address; 0 for none */
	uint64_t address;            /* of the one that was waited for last; 0: none yet */
	enum wait_kind kind;         /* of that wait */
	uint32_t waiting;            /* threads that wait for it now */
	int64_t contentions;
	int64_t waited_ns;
	int64_t longest_ns; /* of all time, also of an interval */
};

/* After the modules. 0, -ENOMEM or -EBADMSG. */
int snapshot_locks_copy(struct snapshot *snapshot, const struct region *region);

void snapshot_locks_subtract(struct snapshot *newer, const struct snapshot *older);

#endif
