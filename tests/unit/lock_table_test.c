/* SPDX-License-Identifier: MIT */
/* Goal: each lock has one number for ever, by what it is known as; what was waited is added up whole, by however many threads; the
 * number of locks is bounded, and what is too much is counted. */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "frame.h"
#include "lock_table.h"
#include "losses.h"
#include "modules.h"
#include "object.h"

enum { THREADS = 8, ROUNDS = 20000 };

static struct lock_table table;
static struct modules modules;
static struct losses losses;
static long variables[64];

static void start_afresh(enum lock_labels labels)
{
	memset(&table, 0, sizeof(table));
	memset(&modules, 0, sizeof(modules));
	memset(&losses, 0, sizeof(losses));
	losses_init(&losses);
	object_init(_dl_find_object);
	modules_init(&modules, "/usr/bin/test");
	lock_table_init(&table, labels);
}

static const struct lock_identity *identity_of(const void *lock)
{
	uint32_t number = lock_table_find(lock);

	return number ? &table.identities[number - 1] : NULL;
}

static uint64_t lost(void)
{
	return atomic_load(&losses.events[LOSS_LOCKS_FULL]);
}

/* A call that initialises the lock: what it returns to is in this program. */
static __attribute__((noinline)) void initialise(const void *lock)
{
	lock_names_initialised(lock, __builtin_return_address(0));
}

static void locks_are_known_by_what_is_best(void)
{
	long *memory = malloc(4 * sizeof(*memory));
	const struct lock_identity *identity;

	start_afresh(LOCK_LABELS_NAME);
	identity = identity_of(&variables[3]);
	ok(identity && identity->known_by == LOCK_BY_VARIABLE, "a variable is known as one");
	is_u64(frame_address(identity->frame), (uintptr_t)&variables[3], "by its address");
	ok(frame_module(identity->frame) != FRAME_MODULE_UNKNOWN, "in its object");
	identity = identity_of(memory);
	ok(identity && identity->known_by == LOCK_BY_ADDRESS, "what is nowhere is known by its address alone");
	is_u64(identity->frame, (uintptr_t)memory, "which is its frame");
	initialise(&memory[1]);
	identity = identity_of(&memory[1]);
	ok(identity && identity->known_by == LOCK_BY_PLACE, "what was initialised is known by where");
	ok(frame_address(identity->frame) - (uintptr_t)locks_are_known_by_what_is_best < 4096, "which is here");
	initialise(&variables[6]);
	identity = identity_of(&variables[6]);
	ok(identity && identity->known_by == LOCK_BY_VARIABLE, "but a variable stays one");
	lock_names_destroyed(&variables[6]);
	lock_names_give(&memory[2], "orders");
	lock_names_give(&variables[4], "orders");
	identity = identity_of(&memory[2]);
	ok(identity && identity->known_by == LOCK_BY_NAME && identity->frame == 0, "what has a name is known by it");
	is_str(identity->name, "orders", "whatever it is called");
	ok(identity_of(&variables[4]) == identity, "another one of the same name is the same here");
	ok(identity_of(&variables[3]) == identity_of(&variables[3]), "each is found again");
	ok(identity_of(&variables[3]) != identity_of(&variables[5]), "and only itself");
	lock_names_destroyed(&memory[1]);
	lock_names_destroyed(&memory[2]);
	lock_names_destroyed(&variables[4]);
	free(memory);
}

static void labels_are_a_choice(void)
{
	start_afresh(LOCK_LABELS_OFF);
	is_u64(lock_table_find(&variables[0]), 0, "off: no lock has a number");
	start_afresh(LOCK_LABELS_ADDRESS);
	lock_names_give(&variables[0], "orders");
	ok(identity_of(&variables[0])->known_by == LOCK_BY_ADDRESS, "address: that and nothing else");
	lock_names_destroyed(&variables[0]);
	is_u64(lost(), 0, "neither is a loss");
}

static void variables_of_unloaded_objects_are_gone(void)
{
	uint32_t before, after;

	start_afresh(LOCK_LABELS_NAME);
	before = lock_table_find(&variables[1]);
	atomic_store(&modules.entries[frame_module(table.identities[before - 1].frame)].retired, 1);
	after = lock_table_find(&variables[1]);
	ok(after && after != before, "what lies where an unloaded object's variable lay is another lock");
	is_u64(lock_table_find(&variables[1]), after, "which is found again");
}

static void addresses_are_bounded(void)
{
	const char *nowhere = (const char *)UINT64_C(0x600000000000);
	uint64_t found = 0;

	start_afresh(LOCK_LABELS_NAME);
	for (int i = 0; i < 1000; i++)
		found += lock_table_find(nowhere + 40 * i) != 0;
	is_u64(found, LOCK_TABLE_ADDRESSES, "so many locks are known by their address alone");
	is_u64(lost(), 1000 - found, "all others are counted");
	ok(lock_table_find(nowhere) && lock_table_find(&variables[0]), "there is room for those that are known better");
	start_afresh(LOCK_LABELS_ADDRESS);
	for (uint64_t i = found = 0; i < 4 * LOCK_TABLE_LIMIT; i++)
		found += lock_table_find(nowhere + 40 * i) != 0;
	ok(found <= LOCK_TABLE_LIMIT && found > LOCK_TABLE_LIMIT * 3 / 4, "all of the table is for addresses: %lu",
	   (unsigned long)found);
	is_u64(lost(), 4 * LOCK_TABLE_LIMIT - found, "and what is too much is counted");
}

/* Each waits for two locks in turn, and once for another in the middle of that. */
static void wait_in_turn(unsigned number, void *unused)
{
	uint32_t locks[2] = {lock_table_find(&variables[0]), lock_table_find(&variables[1])};
	struct lock_waits waits = {0};

	(void)unused;
	for (unsigned round = 0; round < ROUNDS; round++) {
		lock_waits_begin(&waits, locks[round % 2]);
		if (round % 7 == 0)
			lock_waits_end(&waits, locks[(round + 1) % 2], &variables[(round + 1) % 2], 0, 1);
		lock_waits_end(&waits, locks[round % 2], &variables[round % 2], number % 2, number + round);
	}
	lock_table_settle(&waits);
	lock_table_settle(&waits);
}

static void waits_add_up(void)
{
	uint64_t expected = 0, inner = (ROUNDS + 6) / 7;
	const struct lock_account *one, *two;

	start_afresh(LOCK_LABELS_NAME);
	t_run(THREADS, wait_in_turn, NULL);
	one = &table.accounts[lock_table_find(&variables[0]) - 1];
	two = &table.accounts[lock_table_find(&variables[1]) - 1];
	for (unsigned number = 0; number < THREADS; number++)
		expected += (uint64_t)ROUNDS * number + (uint64_t)ROUNDS * (ROUNDS - 1) / 2 + inner;
	is_u64(one->contentions + two->contentions, THREADS * (ROUNDS + inner), "each wait was counted once");
	is_u64(one->waited_ticks + two->waited_ticks, expected, "with its time");
	is_u64(one->longest_ticks, THREADS - 1 + ROUNDS - 2, "the longest for one");
	is_u64(two->longest_ticks, THREADS - 1 + ROUNDS - 1, "and for the other");
	is_u64(two->address, (uintptr_t)&variables[1], "which is where it is");
}

int main(void)
{
	locks_are_known_by_what_is_best();
	labels_are_a_choice();
	variables_of_unloaded_objects_are_gone();
	addresses_are_bounded();
	waits_add_up();
	return done();
}
