/* SPDX-License-Identifier: MIT */
/* lock_names: what is known of a lock by its address: the name that the program gave it, else where it was initialised.
 *
 * Called from   wrappers of init and destroy, contend_name_lock, and record.c; signal handlers included. No guard needed.
 * Memory        outside of the region: a forked child has its parent's locks, and knows them as well. LOCK_NAMES_LOCKS locks, in
 *               sets of LOCK_NAMES_WAYS by their address; LOCK_NAMES_TEXTS distinct names.
 * When full     a lock that is initialised takes the place of another that has no name. Where all in a set have names, or there are
 *               too many names, the lock gets none: LOSS_LOCK_NAMES_FULL.
 * Lifetime      init and destroy forget the name: the next lock at that address is another one.
 * Concurrency   lock-free. Address and fact change together. What is found of a lock that is in use is its own, because a lock in
 *               use is not initialised.
 */
#ifndef CONTEND_LOCK_NAMES_H
#define CONTEND_LOCK_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#define LOCK_NAMES_SET_BITS 11
#define LOCK_NAMES_WAYS     4
#define LOCK_NAMES_LOCKS    (LOCK_NAMES_WAYS << LOCK_NAMES_SET_BITS)
#define LOCK_NAMES_TEXTS    512
#define LOCK_NAME_BYTES     48 /* longer names are cut; terminated */

enum lock_fact_kind {
	LOCK_FACT_NONE,
	LOCK_FACT_PLACE, /* the value is an address inside the call that initialised it */
	LOCK_FACT_NAME,  /* the value is the number of its name */
};

struct lock_fact {
	enum lock_fact_kind kind;
	uint64_t value;
};

/* The lock is initialised by a call that returns to `return_address`. */
void lock_names_initialised(const void *lock, const void *return_address);

void lock_names_destroyed(const void *lock);

/* From now on the lock is called so; "" takes the name away. False if there is no room. Control characters become '?'. */
bool lock_names_give(const void *lock, const char *name);

struct lock_fact lock_names_find(const void *lock);

/* The name of that number, which lock_names_find gave. */
const char *lock_names_text(uint64_t number);

#endif
