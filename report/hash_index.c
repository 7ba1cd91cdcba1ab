/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/auxv.h>

#include "heap.h"
#include "hash_index.h"

enum { HASH_INDEX_FIRST_SLOTS = 256 };

/* The slot of that entry, or the free one where it would be. */
static struct hash_index_slot *hash_index_probe(const struct hash_index *index, uint64_t hash, hash_index_same same,
						const void *wanted)
{
	size_t mask = index->slot_count - 1;

	for (size_t i = hash & mask;; i = (i + 1) & mask) {
		struct hash_index_slot *slot = &index->slots[i];

		if (!slot->is_used || (slot->hash == hash && same && same(wanted, slot->value)))
			return slot;
	}
}

bool hash_index_find(const struct hash_index *index, uint64_t hash, hash_index_same same, const void *wanted,
		     uint32_t *out_value)
{
	const struct hash_index_slot *slot;

	if (index->slot_count == 0)
		return false;
	slot = hash_index_probe(index, hash, same, wanted);
	if (slot->is_used)
		*out_value = slot->value;
	return slot->is_used;
}

static int hash_index_grow(struct hash_index *index)
{
	struct hash_index grown = {.used_count = index->used_count};

	grown.slot_count = index->slot_count ? index->slot_count * 2 : HASH_INDEX_FIRST_SLOTS;
	grown.slots = heap_alloc_array(grown.slot_count, sizeof(*grown.slots));
	if (!grown.slots)
		return -ENOMEM;
	for (size_t i = 0; i < index->slot_count; i++)
		if (index->slots[i].is_used)
			*hash_index_probe(&grown, index->slots[i].hash, NULL, NULL) = index->slots[i];
	heap_free(index->slots);
	*index = grown;
	return 0;
}

int hash_index_add(struct hash_index *index, uint64_t hash, uint32_t value)
{
	if ((index->used_count + 1) * 4 > index->slot_count * 3 && hash_index_grow(index))
		return -ENOMEM;
	*hash_index_probe(index, hash, NULL, NULL) =
		(struct hash_index_slot){.hash = hash, .value = value, .is_used = 1};
	index->used_count++;
	return 0;
}

void hash_index_free(struct hash_index *index)
{
	heap_free(index->slots);
	*index = (struct hash_index){0};
}

/* Random bytes that the kernel gave the process; kept, because asking takes longer than a hash. */
static uint64_t hash_seed(void)
{
	static _Atomic uint64_t kept; /* 0: not asked yet */
	uint64_t seed = atomic_load_explicit(&kept, memory_order_relaxed);
	const void *random_bytes;

	if (seed)
		return seed;
	random_bytes = (const void *)getauxval(AT_RANDOM);
	if (random_bytes)
		memcpy(&seed, random_bytes, sizeof(seed));
	atomic_store_explicit(&kept, seed, memory_order_relaxed);
	return seed;
}

/* Both halves of the product: the low bits of the result depend on all bits of the operands. */
static uint64_t hash_mix(uint64_t hash, uint64_t word)
{
	unsigned __int128 product = (unsigned __int128)(hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t hash_index_words(const uint64_t *words, size_t count)
{
	uint64_t hash = hash_mix(hash_seed(), count);

	for (size_t i = 0; i < count; i++)
		hash = hash_mix(hash, words[i]);
	return hash;
}

uint64_t hash_index_bytes(const void *bytes, size_t count)
{
	uint64_t hash = hash_mix(hash_seed(), count);
	const char *at = bytes;
	uint64_t word;

	for (; count >= sizeof(word); at += sizeof(word), count -= sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		hash = hash_mix(hash, word);
	}
	word = 0;
	memcpy(&word, at, count);
	return hash_mix(hash, word);
}
