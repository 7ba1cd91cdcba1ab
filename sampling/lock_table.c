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

_Atomic uint32_t lock_table_resets;

/* What a lock is found again by: how it is known, in the upper bits, and which of those. */
enum { KEY_SHIFT = 56, KEY_GONE = LOCK_KNOWN_COUNT /* a variable whose object was unloaded */ };

struct key {
	enum lock_known_by known_by;
	uint64_t value; /* the name's number; else an address */
	uint64_t word;  /* of the table */
};

static struct key key_of(enum lock_known_by known_by, uint64_t value)
{
	return (struct key){known_by, value, (uint64_t)(known_by + 1) << KEY_SHIFT | value};
}

void lock_table_init(struct lock_table *table, enum lock_labels labels)
{
	locks.table = table;
	atomic_store_explicit(&lock_table_resets, 0, memory_order_relaxed);
	locks.labels = labels;
}

static uint32_t first_place(struct key key)
{
	return (key.word * UINT64_C(0x9e3779b97f4a7c15)) >> (64 - LOCK_TABLE_BITS);
}

/* Is there room for one more that is only an address? */
static bool claim_address(void)
{
	uint32_t limit = locks.labels == LOCK_LABELS_ADDRESS ? LOCK_TABLE_LIMIT : LOCK_TABLE_ADDRESSES;

	return atomic_load_explicit(&locks.table->addresses, memory_order_relaxed) < limit &&
	       atomic_fetch_add_explicit(&locks.table->addresses, 1, memory_order_relaxed) < limit;
}

static void publish(struct lock_identity *identity, struct key key)
{
	uint32_t module = FRAME_MODULE_UNKNOWN;

	if (key.known_by == LOCK_BY_VARIABLE)
		module = modules_find_data(key.value);
	else if (key.known_by == LOCK_BY_PLACE)
		module = modules_find(key.value);
	identity->known_by = key.known_by;
	if (key.known_by == LOCK_BY_VARIABLE && module == FRAME_MODULE_UNKNOWN) /* no room for its object */
		identity->known_by = LOCK_BY_ADDRESS;
	if (key.known_by == LOCK_BY_NAME)
		strcpy(identity->name, lock_names_text(key.value));
	else
		identity->frame = frame_make(module, key.value);
	/* Partner: the acquire loads of readers. */
	atomic_store_explicit(&identity->ready, 1, memory_order_release);
}

/* Is this the variable of an object that was unloaded? Then what is at its address is another lock. */
static bool is_gone(uint32_t number, struct key key)
{
	const struct lock_identity *identity = &locks.table->identities[number];
	uint64_t word = key.word;

	if (key.known_by != LOCK_BY_VARIABLE ||
	    !atomic_load_explicit(&identity->ready, memory_order_acquire) || /* partner: publish */
	    !modules_is_retired(frame_module(identity->frame)))
		return false;
	atomic_compare_exchange_strong_explicit(&locks.table->keys[number], &word,
						(uint64_t)(KEY_GONE + 1) << KEY_SHIFT | key.value, memory_order_relaxed,
						memory_order_relaxed);
	return true;
}

/* 1 + the number of the key; 0 if it is not there. *out_probe: how far from its first place there is room; LOCK_TABLE_PROBES: nowhere. */
static uint32_t find(struct key key, uint32_t *out_probe)
{
	uint32_t place = first_place(key);

	for (*out_probe = 0; *out_probe < LOCK_TABLE_PROBES; ++*out_probe) {
		uint32_t number = (place + *out_probe) % LOCK_TABLE_LIMIT;
		uint64_t word = atomic_load_explicit(&locks.table->keys[number], memory_order_relaxed);

		if (word == 0)
			return 0;
		if (word == key.word && !is_gone(number, key))
			return number + 1;
	}
	return 0;
}

/* Enters the key that was not found; 0 if there is no room. Another thread may enter the same one first. */
static uint32_t enter(struct key key, uint32_t probe)
{
	if (probe < LOCK_TABLE_PROBES && key.known_by == LOCK_BY_ADDRESS && !claim_address())
		return 0;
	for (; probe < LOCK_TABLE_PROBES; probe++) {
		uint32_t number = (first_place(key) + probe) % LOCK_TABLE_LIMIT;
		uint64_t word = 0;

		if (atomic_compare_exchange_strong_explicit(&locks.table->keys[number], &word, key.word,
							    memory_order_relaxed, memory_order_relaxed)) {
			publish(&locks.table->identities[number], key);
			return number + 1;
		}
		if (word == key.word)
			return number + 1;
	}
	return 0;
}

static uint32_t find_or_enter(struct key key)
{
	uint32_t probe, number = find(key, &probe);

	return number ? number : enter(key, probe);
}

static uint32_t find_by_name(const void *lock)
{
	struct lock_fact fact = lock_names_find(lock);
	struct key variable = key_of(LOCK_BY_VARIABLE, (uintptr_t)lock);
	uint32_t probe, number;

	if (fact.kind == LOCK_FACT_NAME)
		return find_or_enter(key_of(LOCK_BY_NAME, fact.value));
	number = find(variable, &probe);
	if (number)
		return number;
	if (modules_has_data((uintptr_t)lock))
		return enter(variable, probe);
	if (fact.kind == LOCK_FACT_PLACE)
		return find_or_enter(key_of(LOCK_BY_PLACE, fact.value));
	return find_or_enter(key_of(LOCK_BY_ADDRESS, (uintptr_t)lock));
}

uint32_t lock_table_find(const void *lock)
{
	uint32_t number;

	if (locks.labels == LOCK_LABELS_OFF)
		return 0;
	number = locks.labels == LOCK_LABELS_NAME ? find_by_name(lock)
						  : find_or_enter(key_of(LOCK_BY_ADDRESS, (uintptr_t)lock));
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

	if (waits->contentions && waits->resets == atomic_load_explicit(&lock_table_resets, memory_order_relaxed)) {
		account = &locks.table->accounts[waits->lock - 1];
		atomic_store_explicit(&account->kind, waits->kind, memory_order_relaxed);
		atomic_store_explicit(&account->address, waits->address, memory_order_relaxed);
		/* The longest first: a reset in between must not leave it without the rest. */
		raise_to(&account->longest_ticks, waits->longest_ticks);
		atomic_fetch_add_explicit(&account->waited_ticks, waits->waited_ticks, memory_order_relaxed);
		atomic_fetch_add_explicit(&account->contentions, waits->contentions, memory_order_relaxed);
	}
	*waits = (struct lock_waits){0};
}

/* What threads keep for themselves they forget when they look. */
void lock_table_reset(void)
{
	uint32_t resets = atomic_load_explicit(&lock_table_resets, memory_order_relaxed) + 1;

	atomic_store_explicit(&lock_table_resets, resets, memory_order_relaxed);
	atomic_store_explicit(&locks.table->resets, resets, memory_order_relaxed);
	for (uint32_t i = 0; i < LOCK_TABLE_LIMIT; i++) {
		struct lock_account *account = &locks.table->accounts[i];

		atomic_store_explicit(&account->contentions, 0, memory_order_relaxed);
		atomic_store_explicit(&account->waited_ticks, 0, memory_order_relaxed);
		atomic_store_explicit(&account->longest_ticks, 0, memory_order_relaxed);
	}
}
