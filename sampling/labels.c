/* SPDX-License-Identifier: MIT */
#include <stddef.h>
#include <string.h>

#include "labels.h"

static struct label_table *labels;

/* A label that is to be added. */
struct wanted {
	uint32_t parent;
	uint32_t hash;
	const char *key, *value;
	uint8_t key_bytes, value_bytes;
};

static uint32_t mix(uint32_t hash, const char *bytes, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		hash = (hash ^ (unsigned char)bytes[i]) * UINT32_C(16777619); /* FNV-1a */
	return hash;
}

uint32_t labels_hash(uint32_t parent, const char *key, uint32_t key_bytes, const char *value, uint32_t value_bytes)
{
	uint32_t hash = mix(UINT32_C(2166136261) ^ parent * UINT32_C(0x9e3779b1), key, key_bytes);

	return mix(mix(hash, "", 1), value, value_bytes);
}

void labels_init(struct label_table *region_labels)
{
	labels = region_labels;
}

bool labels_are_used(void)
{
	return labels && atomic_load_explicit(&labels->set_count, memory_order_relaxed) != 0;
}

static bool is_same(const struct label_set *set, const struct wanted *wanted)
{
	const char *text = labels->text + set->text;

	return set->hash == wanted->hash && set->parent == wanted->parent && set->key_bytes == wanted->key_bytes &&
	       set->value_bytes == wanted->value_bytes && memcmp(text, wanted->key, wanted->key_bytes) == 0 &&
	       memcmp(text + wanted->key_bytes + 1, wanted->value, wanted->value_bytes) == 0;
}

/* So many of what there is; the limit if there are not as many. */
static uint32_t hand_out(_Atomic uint32_t *count, uint32_t wanted, uint32_t limit)
{
	uint32_t used = atomic_load_explicit(count, memory_order_relaxed);

	do {
		if (wanted > limit - used)
			return limit;
	} while (!atomic_compare_exchange_weak_explicit(count, &used, used + wanted, memory_order_relaxed,
							memory_order_relaxed));
	return used;
}

static uint32_t make_set(const struct wanted *wanted)
{
	uint32_t bytes = (uint32_t)wanted->key_bytes + wanted->value_bytes + 2;
	uint32_t text = hand_out(&labels->text_bytes, bytes, LABELS_TEXT_BYTES), number;
	struct label_set *set;

	if (text == LABELS_TEXT_BYTES)
		return 0;
	number = 1 + hand_out(&labels->set_count, 1, LABELS_LIMIT - 1);
	if (number == LABELS_LIMIT)
		return 0;
	set = &labels->sets[number];
	*set = (struct label_set){.parent = wanted->parent,
				  .hash = wanted->hash,
				  .text = text,
				  .key_bytes = wanted->key_bytes,
				  .value_bytes = wanted->value_bytes,
				  .depth = (uint8_t)(labels->sets[wanted->parent].depth + 1)};
	memcpy(labels->text + text, wanted->key, wanted->key_bytes);
	memcpy(labels->text + text + wanted->key_bytes + 1, wanted->value, wanted->value_bytes);
	atomic_store_explicit(&set->is_ready, 1, memory_order_release);
	return number;
}

/* One table for all: it has twice as many slots as there can be sets, so that the search ends. */
static uint32_t find_or_make(const struct wanted *wanted)
{
	uint32_t made = 0;

	for (uint32_t probe = 0; probe < LABELS_SLOTS; probe++) {
		_Atomic uint32_t *slot = &labels->slots[(wanted->hash + probe) % LABELS_SLOTS];
		/* Pairs with the release below. */
		uint32_t number = atomic_load_explicit(slot, memory_order_acquire);

		if (number == 0) {
			made = made ? made : make_set(wanted);
			if (!made || atomic_compare_exchange_strong_explicit(slot, &number, made, memory_order_acq_rel,
									     memory_order_acquire))
				return made;
		}
		if (is_same(&labels->sets[number], wanted))
			return number;
	}
	return 0;
}

/* Not in the middle of a character. */
static uint8_t bytes_of(const char *word)
{
	size_t bytes = strnlen(word, LABELS_WORD_BYTES + 1);

	if (bytes <= LABELS_WORD_BYTES)
		return (uint8_t)bytes;
	bytes = LABELS_WORD_BYTES;
	while (bytes > LABELS_WORD_BYTES - 3 && ((unsigned char)word[bytes] & 0xc0) == 0x80)
		bytes--;
	return (uint8_t)bytes;
}

uint32_t labels_add(uint32_t parent, const char *key, const char *value)
{
	struct wanted wanted = {.parent = parent,
				.key = key,
				.value = value,
				.key_bytes = bytes_of(key),
				.value_bytes = bytes_of(value)};

	if (!labels || labels->sets[parent].depth >= LABELS_DEPTH_LIMIT)
		return 0;
	wanted.hash = labels_hash(parent, key, wanted.key_bytes, value, wanted.value_bytes);
	return find_or_make(&wanted);
}

uint32_t labels_parent(uint32_t set)
{
	return labels->sets[set].parent;
}

static struct {
	uint32_t count;
	const char *keys[LABELS_DEPTH_LIMIT], *values[LABELS_DEPTH_LIMIT]; /* the last one first */
	char text[LABELS_DEPTH_LIMIT * 2 * (LABELS_WORD_BYTES + 1)];
} kept;

void labels_keep(uint32_t set)
{
	char *text = kept.text;

	for (kept.count = 0; labels_exist(set) && kept.count < LABELS_DEPTH_LIMIT; set = labels_parent(set)) {
		const struct label_set *from = &labels->sets[set];

		kept.keys[kept.count] = text;
		kept.values[kept.count++] = text + from->key_bytes + 1;
		memcpy(text, labels->text + from->text, (size_t)from->key_bytes + from->value_bytes + 2);
		text += from->key_bytes + from->value_bytes + 2;
	}
}

uint32_t labels_kept(void)
{
	uint32_t set = 0;

	while (kept.count-- > 0)
		set = labels_add(set, kept.keys[kept.count], kept.values[kept.count]);
	kept.count = 0;
	return set;
}

bool labels_exist(uint32_t set)
{
	return labels && set != 0 && set <= atomic_load_explicit(&labels->set_count, memory_order_relaxed);
}
