/* SPDX-License-Identifier: MIT */
/* Goal: what is known of a lock is what was last said of it; names are kept, cut and forgotten as promised; what finds no room is
 * counted; and threads that make locks at once never mix them up. */
#include <stdio.h>
#include <string.h>

#include "address_hash.h"
#include "check.h"
#include "lock_names.h"
#include "losses.h"

enum { THREADS = 8, ROUNDS = 20000, MEMORY_BYTES = 1 << 22 };

static struct losses losses;
static char memory[MEMORY_BYTES];
static const char place[2]; /* stands for a call */

static uint64_t lost(void)
{
	return atomic_load(&losses.events[LOSS_LOCK_NAMES_FULL]);
}

static const char *name_of(const void *lock)
{
	struct lock_fact fact = lock_names_find(lock);

	return fact.kind == LOCK_FACT_NAME ? lock_names_text(fact.value) : "";
}

static void facts_replace_each_other(void)
{
	is_u64(lock_names_find(memory).kind, LOCK_FACT_NONE, "nothing is known of a lock at first");
	lock_names_destroyed(memory);
	lock_names_initialised(memory, &place[1]);
	is_u64(lock_names_find(memory).kind, LOCK_FACT_PLACE, "where it was initialised");
	is_u64(lock_names_find(memory).value, (uintptr_t)place, "inside of the call");
	ok(lock_names_give(memory, "cache"), "a name");
	is_str(name_of(memory), "cache", "is what it is called");
	ok(lock_names_give(memory, "orders"), "another name");
	is_str(name_of(memory), "orders", "comes in its place");
	lock_names_initialised(memory, &place[1]);
	is_u64(lock_names_find(memory).kind, LOCK_FACT_PLACE, "what is initialised has no name");
	lock_names_give(memory, "cache");
	lock_names_destroyed(memory);
	is_u64(lock_names_find(memory).kind, LOCK_FACT_NONE, "nor has what was destroyed");
	lock_names_give(memory, "cache");
	ok(lock_names_give(memory, ""), "a name can be taken away");
	is_u64(lock_names_find(memory).kind, LOCK_FACT_NONE, "and is gone");
	is_u64(lost(), 0, "nothing was lost");
}

static void names_are_tidy(void)
{
	char name[2 * LOCK_NAME_BYTES + 1];

	lock_names_give(memory, "two\nlines\x7f");
	is_str(name_of(memory), "two?lines?", "a name is one line");
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	lock_names_give(memory, name);
	is_u64(strlen(name_of(memory)), LOCK_NAME_BYTES - 1, "a long one is cut");
	memcpy(name + LOCK_NAME_BYTES - 2, "\xc3\xa9", 2);
	lock_names_give(memory, name);
	is_u64(strlen(name_of(memory)), LOCK_NAME_BYTES - 2, "between two characters");
	lock_names_destroyed(memory);
}

static void equal_names_are_one(void)
{
	uint64_t number;

	lock_names_give(memory, "shared");
	lock_names_give(memory + 64, "shared");
	number = lock_names_find(memory).value;
	is_u64(lock_names_find(memory + 64).value, number, "equal names have one number");
	lock_names_destroyed(memory);
	lock_names_destroyed(memory + 64);
}

/* The next lock of the set that `memory` is in; NULL: no more. */
static const char *next_of_set(const char *lock)
{
	for (lock += 8; lock < memory + sizeof(memory); lock += 8)
		if (address_hash(lock, LOCK_NAMES_SET_BITS) == address_hash(memory, LOCK_NAMES_SET_BITS))
			return lock;
	return NULL;
}

static void named_locks_stay(void)
{
	const char *lock = memory;
	uint64_t before = lost();

	for (int way = 0; way < LOCK_NAMES_WAYS - 1; way++, lock = next_of_set(lock))
		ok(lock_names_give(lock, "kept"), "named lock %d of a set", way);
	for (int i = 0; i < 20; i++, lock = next_of_set(lock)) {
		lock_names_initialised(lock, &place[1]);
		ok(lock_names_find(lock).kind == LOCK_FACT_PLACE, "initialised lock %d of the same set", i);
	}
	is_str(name_of(memory), "kept", "did not drive out the named ones");
	is_u64(lost(), before, "which is no loss");
	ok(lock_names_give(lock, "last"), "a name drives out the one without");
	ok(!lock_names_give(next_of_set(lock), "one too many"), "one name more finds no room");
	is_u64(lost(), before + 1, "and is counted");
	lock_names_initialised(next_of_set(lock), &place[1]);
	is_u64(lock_names_find(next_of_set(lock)).kind, LOCK_FACT_NONE, "a place finds none either");
	for (lock = memory; lock; lock = next_of_set(lock))
		lock_names_destroyed(lock);
}

static void come_and_go(unsigned number, void *wrong)
{
	char *lock = memory + (size_t)number * 8;
	char name[16];

	snprintf(name, sizeof(name), "thread %u", number);
	for (int round = 0; round < ROUNDS; round++, lock += 64) {
		if (lock + 64 > memory + sizeof(memory))
			lock = memory + (size_t)number * 8;
		lock_names_initialised(lock, &place[1]);
		if (lock_names_give(lock, name))
			atomic_fetch_add((_Atomic unsigned *)wrong, strcmp(name_of(lock), name) != 0);
		lock_names_destroyed(lock);
		atomic_fetch_add((_Atomic unsigned *)wrong, lock_names_find(lock).kind != LOCK_FACT_NONE);
	}
}

static void threads_do_not_mix(void)
{
	_Atomic unsigned wrong = 0;

	t_run(THREADS, come_and_go, &wrong);
	is_u64(wrong, 0, "%d threads: each found its own names, and none after the end", THREADS);
}

static void names_are_bounded(void)
{
	uint64_t before = lost();
	unsigned given = 0;
	char name[16];

	for (unsigned i = 0; i < 2 * LOCK_NAMES_TEXTS; i++) {
		snprintf(name, sizeof(name), "name %u", i);
		given += lock_names_give(memory, name);
	}
	ok(given < LOCK_NAMES_TEXTS && given > LOCK_NAMES_TEXTS / 2, "%u names", given);
	is_u64(lost() - before, 2 * LOCK_NAMES_TEXTS - given, "all others are counted");
}

int main(void)
{
	losses_init(&losses);
	facts_replace_each_other();
	names_are_tidy();
	equal_names_are_one();
	named_locks_stay();
	threads_do_not_mix();
	names_are_bounded();
	return done();
}
