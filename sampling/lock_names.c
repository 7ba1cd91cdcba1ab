/* SPDX-License-Identifier: MIT */
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

#include "address_hash.h"
#include "lock_names.h"
#include "losses.h"

/* A lock's address, 0: free; and what is known of it: the kind in the upper bits, the value in the lower. */
struct entry {
	_Alignas(16) _Atomic uint64_t address;
	_Atomic uint64_t fact;
};

enum { VALUE_BITS = 48 };

/* One set shares a cache line. */
static _Alignas(64) struct entry entries[1 << LOCK_NAMES_SET_BITS][LOCK_NAMES_WAYS];

enum text_state { TEXT_FREE, TEXT_IS_WRITTEN, TEXT_READY };

static struct {
	_Atomic uint32_t state; /* enum text_state */
	char text[LOCK_NAME_BYTES];
} texts[LOCK_NAMES_TEXTS];

static struct entry *set_of(const void *lock)
{
	return entries[address_hash(lock, LOCK_NAMES_SET_BITS)];
}

static uint64_t fact_pack(struct lock_fact fact)
{
	return (uint64_t)fact.kind << VALUE_BITS | fact.value;
}

static struct lock_fact fact_unpack(uint64_t packed)
{
	return (struct lock_fact){.kind = packed >> VALUE_BITS, .value = packed & ((UINT64_C(1) << VALUE_BITS) - 1)};
}

/* False if the entry was changed since it was looked at. */
static bool entry_replace(struct entry *entry, uint64_t seen_address, uint64_t seen_fact, const void *lock,
			  struct lock_fact fact)
{
	unsigned __int128 expected = (unsigned __int128)seen_fact << 64 | seen_address;
	unsigned __int128 wanted = (unsigned __int128)fact_pack(fact) << 64 | (uintptr_t)lock;

	return __sync_bool_compare_and_swap((unsigned __int128 *)entry, expected, wanted);
}

/* The entry of the lock; else a free one; else one of a lock without a name; else NULL. */
static struct entry *entry_for(const void *lock)
{
	struct entry *set = set_of(lock), *free_entry = NULL, *unnamed = NULL;
	unsigned first = (uintptr_t)lock / sizeof(void *); /* else the first way would always be the one to go */

	for (unsigned i = 0; i < LOCK_NAMES_WAYS; i++) {
		struct entry *entry = &set[(first + i) % LOCK_NAMES_WAYS];
		uint64_t address = atomic_load_explicit(&entry->address, memory_order_relaxed);

		if (address == (uintptr_t)lock)
			return entry;
		if (!address)
			free_entry = entry;
		else if (fact_unpack(atomic_load_explicit(&entry->fact, memory_order_relaxed)).kind != LOCK_FACT_NAME)
			unnamed = entry;
	}
	return free_entry ? free_entry : unnamed;
}

/* False if there is no room. Another lock may get the entry that was chosen: then another one is. */
static bool enter(const void *lock, struct lock_fact fact)
{
	enum { TRIES = 4 };

	for (int i = 0; i < TRIES; i++) {
		struct entry *entry = entry_for(lock);
		uint64_t address, seen;

		if (!entry)
			return false;
		address = atomic_load_explicit(&entry->address, memory_order_relaxed);
		seen = atomic_load_explicit(&entry->fact, memory_order_relaxed);
		if (entry_replace(entry, address, seen, lock, fact))
			return true;
	}
	return false;
}

void lock_names_initialised(const void *lock, const void *return_address)
{
	struct lock_fact place = {LOCK_FACT_PLACE, (uintptr_t)return_address - 1};

	if (!enter(lock, place))
		lock_names_destroyed(lock);
}

void lock_names_destroyed(const void *lock)
{
	struct entry *set = set_of(lock);

	for (int way = 0; way < LOCK_NAMES_WAYS; way++) {
		struct entry *entry = &set[way];
		uint64_t fact = atomic_load_explicit(&entry->fact, memory_order_relaxed);

		if (atomic_load_explicit(&entry->address, memory_order_relaxed) == (uintptr_t)lock)
			entry_replace(entry, (uintptr_t)lock, fact, NULL, (struct lock_fact){LOCK_FACT_NONE, 0});
	}
}

/* As it is kept: one line, cut between two characters. */
static void tidy(const char *name, char out_text[LOCK_NAME_BYTES])
{
	size_t bytes = strnlen(name, LOCK_NAME_BYTES);

	if (bytes == LOCK_NAME_BYTES)
		for (bytes--; bytes > 0 && ((unsigned char)name[bytes] & 0xc0) == 0x80;)
			bytes--;
	for (size_t i = 0; i < bytes; i++)
		out_text[i] = (unsigned char)name[i] < ' ' || name[i] == 0x7f ? '?' : name[i];
	out_text[bytes] = '\0';
}

/* The number of a text, entered at first sight; LOCK_NAMES_TEXTS if there is no room. One that another thread is writing at this
 * moment (perhaps the one that a signal handler interrupted) is passed by, and a text may stand here twice. */
static uint32_t text_number(const char *text)
{
	for (uint32_t number = 0; number < LOCK_NAMES_TEXTS; number++) {
		uint32_t state = atomic_load_explicit(&texts[number].state, memory_order_acquire); /* partner: below */

		if (state == TEXT_FREE &&
		    atomic_compare_exchange_strong_explicit(&texts[number].state, &state, TEXT_IS_WRITTEN,
							    memory_order_acquire, memory_order_acquire)) {
			strcpy(texts[number].text, text);
			atomic_store_explicit(&texts[number].state, TEXT_READY, memory_order_release);
			return number;
		}
		if (state == TEXT_READY && strcmp(texts[number].text, text) == 0)
			return number;
	}
	return LOCK_NAMES_TEXTS;
}

bool lock_names_give(const void *lock, const char *name)
{
	char text[LOCK_NAME_BYTES];
	uint32_t number;

	tidy(name, text);
	if (!text[0]) {
		lock_names_destroyed(lock);
		return true;
	}
	number = text_number(text);
	if (number < LOCK_NAMES_TEXTS && enter(lock, (struct lock_fact){LOCK_FACT_NAME, number}))
		return true;
	losses_add(LOSS_LOCK_NAMES_FULL);
	return false;
}

struct lock_fact lock_names_find(const void *lock)
{
	const struct entry *set = set_of(lock);

	for (int way = 0; way < LOCK_NAMES_WAYS; way++) {
		uint64_t fact;

		/* The fact between two looks at the address: acquire keeps them in order. */
		if (atomic_load_explicit(&set[way].address, memory_order_acquire) != (uintptr_t)lock)
			continue;
		fact = atomic_load_explicit(&set[way].fact, memory_order_acquire);
		if (atomic_load_explicit(&set[way].address, memory_order_relaxed) == (uintptr_t)lock)
			return fact_unpack(fact);
	}
	return (struct lock_fact){LOCK_FACT_NONE, 0};
}

const char *lock_names_text(uint64_t number)
{
	return texts[number].text;
}
