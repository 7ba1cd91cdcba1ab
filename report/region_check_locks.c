/* SPDX-License-Identifier: MIT */
/* The table of locks: what each is known by, and what was waited for it. */
#include <string.h>

#include "region_check_parts.h"

static uint64_t load(const _Atomic uint64_t *word)
{
	return atomic_load_explicit(word, memory_order_relaxed);
}

static void check_identity(struct region_check *check, uint32_t number, const struct lock_identity *identity)
{
	uint32_t module = frame_module(identity->frame);
	bool is_named = identity->known_by == LOCK_BY_NAME;

	if (!region_check_that(check, identity->known_by < LOCK_KNOWN_COUNT, "lock %u: known by nothing", number))
		return;
	region_check_that(check, memchr(identity->name, '\0', LOCK_NAME_BYTES) && is_named == (identity->name[0] != 0),
			  "lock %u: its name is not one", number);
	region_check_that(check, is_named == (identity->frame == 0), "lock %u: known by more than a name", number);
	region_check_that(check,
			  module == FRAME_MODULE_UNKNOWN
				  ? identity->known_by != LOCK_BY_VARIABLE
				  : module < MODULES_LIMIT && identity->known_by < LOCK_BY_ADDRESS,
			  "lock %u: in object %u", number, module);
	if (identity->known_by == LOCK_BY_PLACE && module != FRAME_MODULE_UNKNOWN) {
		const char *fault = region_check_code(check, module, frame_address(identity->frame));

		region_check_that(check, !fault, "lock %u: made at code that is %s", number, fault);
	}
}

static void check_account(struct region_check *check, uint32_t number, const struct lock_account *account)
{
	uint64_t contentions = load(&account->contentions), waited = load(&account->waited_ticks);
	uint32_t kind = atomic_load_explicit(&account->kind, memory_order_relaxed);

	region_check_that(check, kind < WAIT_KIND_COUNT, "lock %u: waits of kind %u", number, kind);
	region_check_that(check, (contentions | waited) >> 62 == 0, "lock %u: more waiting than time", number);
	if (!region_check_is_at_rest(check))
		return;
	region_check_that(check, contentions != 0 || waited == 0, "lock %u: waited for in no wait", number);
	region_check_that(check, load(&account->longest_ticks) <= waited, "lock %u: one wait is longer than all",
			  number);
}

void region_check_locks(struct region_check *check)
{
	const struct lock_table *table = &check->region->locks;

	for (uint32_t i = 0; i < LOCK_TABLE_LIMIT; i++) {
		const struct lock_identity *identity = &table->identities[i];
		uint32_t ready = atomic_load_explicit(&identity->ready, memory_order_relaxed);
		bool is_taken = load(&table->keys[i]) != 0;

		region_check_that(check, ready <= 1, "lock %u: neither ready nor not", i);
		if (ready == 1)
			check_identity(check, i, identity);
		check_account(check, i, &table->accounts[i]);
		if (!region_check_is_still(check))
			continue;
		region_check_that(check, is_taken || (!ready && load(&table->accounts[i].contentions) == 0),
				  "lock %u: nobody's, and used", i);
		if (region_check_is_at_rest(check))
			region_check_that(check, is_taken == (ready == 1), "lock %u: begun, never finished", i);
	}
}

bool region_check_has_lock(const struct region_check *check, uint32_t lock)
{
	return lock == 0 || (lock <= LOCK_TABLE_LIMIT &&
			     (!region_check_is_still(check) || load(&check->region->locks.keys[lock - 1]) != 0));
}
