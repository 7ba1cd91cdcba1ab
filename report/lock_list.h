/* SPDX-License-Identifier: MIT */
/* lock_list: the locks of a process, or of profiles: what was waited for each, the worst stack that held others up and the worst that
 * waited. Locks that are called the same are one.
 *
 * Called from   the tool; the library does not have it.
 * Numbers       of a process all waits there were, exactly; of profile files what these have: estimates, where they were sampled.
 * Memory        private heap. Messages must outlive the list; snapshots need not.
 */
#ifndef CONTEND_LOCK_LIST_H
#define CONTEND_LOCK_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "arena.h"
#include "hash_index.h"
#include "profile.pb-c.h"
#include "snapshot.h"

enum { LOCK_LIST_POWERS = 63 };

/* Of one profile, for one lock: all that it has, and the stack that has most of it. */
struct lock_side {
	int64_t contentions, delay_ns;
	const Perftools__Profiles__Profile *message; /* NULL: nothing */
	const Perftools__Profiles__Sample *worst;
	int64_t worst_ns;
};

struct listed_lock {
	const char *name;
	const char *kind;   /* of the waits; "" if the profiles do not tell */
	uint64_t address;   /* of the one that was waited for last; 0: not known */
	bool is_counted;    /* the next four are exact, of a process */
	int64_t longest_ns; /* one wait; -1: not known */
	int64_t waiting;    /* threads, now; -1: not known */
	int64_t contentions, waited_ns;
	struct lock_side holder, waiter; /* of the mutex and the block profile */
	/* Of the block profile, where it tells (CONTEND_HISTOGRAM): how many waits lasted 2^N ns or more, and not twice as long. */
	int64_t by_power[LOCK_LIST_POWERS];
	bool has_powers;
};

/* All zero: empty. */
struct lock_list {
	struct listed_lock *locks;
	size_t count, room;
	struct hash_index index;
	struct arena texts;
};

/* Adds what the samples of a mutex or block profile say, which tool_input has read; those without a lock say nothing. A lock that no
 * process has counted has the contentions and the time of its waits, or if there is no block profile, of its releases. 0 or -ENOMEM. */
int lock_list_add_profile(struct lock_list *list, enum profile which, const Perftools__Profiles__Profile *message);

/* Adds what a process has counted; its objects are below `root`. 0 or -ENOMEM. */
int lock_list_add_snapshot(struct lock_list *list, const struct snapshot *snapshot, const char *root);

/* Most time waited first. */
void lock_list_sort(struct lock_list *list);

/* Calls `visit` for each function of the worst stack, innermost first, inlined ones included, until it answers false. */
void lock_side_visit_stack(const struct lock_side *side,
			   bool (*visit)(const char *function, unsigned number, FILE *out), FILE *out);

void lock_list_free(struct lock_list *list);

#endif
