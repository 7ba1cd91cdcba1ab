/* SPDX-License-Identifier: MIT */
#include <stddef.h>
#include <string.h>

#include "frame.h"
#include "lock_table.h"
#include "losses.h"
#include "modules.h"

static struct {
	struct lock_table *table;
	enum lock_labels labels;
} locks;

/* What a lock is found again by: how, in the upper bits, and which. Variables are addresses here. */
enum { KEY_SHIFT = 56, KEY_NAME = 1, KEY_PLACE, KEY_ADDRESS, KEY_GONE /* an address whose object was unloaded */ };

static uint64_t key_of(uint64_t how, uint64_t value)
{
	return how << KEY_SHIFT | value;
}

void lock_table_init(struct lock_table *table, enum lock_labels labels)
{
	locks.table = table;
	locks.labels = labels;
}

static uint64_t lock_key(const void *lock, struct lock_fact fact)
{
	switch (fact.kind) {
	case LOCK_FACT_NAME:
		return key_of(KEY_NAME, fact.value);
	case LOCK_FACT_PLACE:
		return key_of(KEY_PLACE, fact.value);
	default:
		return key_of(KEY_ADDRESS, (uintptr_t)lock);
	}
}

static uint32_t first_place(uint64_t key)
{
	return (key * UINT64_C(0x9e3779b97f4a7c15)) >> (64 - LOCK_TABLE_BITS);
}

/* How a lock is known that is not in the table yet. */
static struct lock_identity identify(const void *lock, struct lock_fact fact)
{
	uint64_t address = (uintptr_t)lock;
	struct lock_identity identity = {.known_by = LOCK_BY_ADDRESS, .frame = frame_make(0, address)};
	uint32_t module;

	if (fact.kind == LOCK_FACT_NAME) {
		identity = (struct lock_identity){.known_by = LOCK_BY_NAME};
		strcpy(identity.name, lock_names_text(fact.value));
	} else if (fact.kind == LOCK_FACT_PLACE) {
		identity.known_by = LOCK_BY_PLACE;
		identity.frame = frame_make(modules_find(fact.value), fact.value);
	} else if (locks.labels == LOCK_LABELS_NAME && (module = modules_find_data(address)) != FRAME_MODULE_UNKNOWN) {
		identity.known_by = LOCK_BY_VARIABLE;
		identity.frame = frame_make(module, address);
	}
	return identity;
}

/* Is there room for one more that is only an address? */
static bool claim_address(void)
{
	uint32_t limit = locks.labels == LOCK_LABELS_ADDRESS ? LOCK_TABLE_LIMIT : LOCK_TABLE_ADDRESSES;

	return atomic_load_explicit(&locks.table->addresses, memory_order_relaxed) < limit &&
	       atomic_fetch_add_explicit(&locks.table->addresses, 1, memory_order_relaxed) < limit;
}

static void publish(struct lock_identity *identity, const struct lock_identity *contents)
{
	identity->known_by = contents->known_by;
	identity->frame = contents->frame;
	memcpy(identity->name, contents->name, sizeof(identity->name));
	/* Partner: the acquire loads of readers. */
	atomic_store_explicit(&identity->ready, 1, memory_order_release);
}

/* Enters the key at or behind `place`; 0 if there is no room. Another thread may enter the same one first. */
static uint32_t enter(const void *lock, struct lock_fact fact, uint64_t key, uint32_t place, uint32_t probe)
{
	struct lock_identity identity = identify(lock, fact);

	if (identity.known_by == LOCK_BY_ADDRESS && !claim_address())
		return 0;
	for (; probe < LOCK_TABLE_PROBES; probe++) {
		uint32_t number = (place + probe) % LOCK_TABLE_LIMIT;
		uint64_t found = 0;

		if (atomic_compare_exchange_strong_explicit(&locks.table->keys[number], &found, key,
							    memory_order_relaxed, memory_order_relaxed)) {
			publish(&locks.table->identities[number], &identity);
			return number + 1;
		}
		if (found == key)
			return number + 1;
	}
	return 0;
}

/* Is this the variable of an object that was unloaded? Then what is at its address is another lock. */
static bool is_gone(uint32_t number, uint64_t key)
{
	const struct lock_identity *identity = &locks.table->identities[number];

	if (!atomic_load_explicit(&identity->ready, memory_order_acquire) || /* partner: publish */
	    identity->known_by != LOCK_BY_VARIABLE || !modules_is_retired(frame_module(identity->frame)))
		return false;
	atomic_compare_exchange_strong_explicit(&locks.table->keys[number], &key,
						key_of(KEY_GONE, (uint64_t)frame_address(identity->frame)),
						memory_order_relaxed, memory_order_relaxed);
	return true;
}

static uint32_t find_or_enter(const void *lock, struct lock_fact fact)
{
	uint64_t key = lock_key(lock, fact);
	uint32_t place = first_place(key);

	for (uint32_t probe = 0; probe < LOCK_TABLE_PROBES; probe++) {
		uint32_t number = (place + probe) % LOCK_TABLE_LIMIT;
		uint64_t found = atomic_load_explicit(&locks.table->keys[number], memory_order_relaxed);

		if (found == key && !is_gone(number, key))
			return number + 1;
		if (found == 0)
			return enter(lock, fact, key, place, probe);
	}
	return 0;
}

uint32_t lock_table_find(const void *lock)
{
	struct lock_fact fact = {LOCK_FACT_NONE, 0};
	uint32_t number;

	if (locks.labels == LOCK_LABELS_OFF)
		return 0;
	if (locks.labels == LOCK_LABELS_NAME)
		fact = lock_names_find(lock);
	number = find_or_enter(lock, fact);
	if (!number)
		losses_add(LOSS_LOCKS_FULL);
	return number;
}

static void raise_to(_Atomic uint64_t *most, uint64_t value)
{
	uint64_t seen = atomic_load_explicit(most, memory_order_relaxed);

	while (seen < value &&
	       !atomic_compare_exchange_weak_explicit(most, &seen, value, memory_order_relaxed, memory_order_relaxed))
		;
}

void lock_table_settle(struct lock_waits *waits)
{
	struct lock_account *account;

	if (waits->contentions) {
		account = &locks.table->accounts[waits->lock - 1];
		atomic_store_explicit(&account->kind, waits->kind, memory_order_relaxed);
		atomic_store_explicit(&account->address, waits->address, memory_order_relaxed);
		atomic_fetch_add_explicit(&account->contentions, waits->contentions, memory_order_relaxed);
		atomic_fetch_add_explicit(&account->waited_ticks, waits->waited_ticks, memory_order_relaxed);
		raise_to(&account->longest_ticks, waits->longest_ticks);
	}
	*waits = (struct lock_waits){0};
}
