/* SPDX-License-Identifier: MIT */
/* The sets of labels, and who refers to them. Pages are copied in the order of their addresses, and those of the sets once more at the
 * end: what is read of them here is newer than what is read of the slots and of all else. */
#include <string.h>

#include "region_check_parts.h"

static const struct label_table *labels_of(const struct region_check *check)
{
	return &check->region->labels;
}

static bool is_ready(const struct region_check *check, uint32_t number)
{
	return atomic_load_explicit(&labels_of(check)->sets[number].is_ready, memory_order_relaxed) == 1;
}

static uint32_t set_count(const struct region_check *check)
{
	return atomic_load_explicit(&labels_of(check)->set_count, memory_order_relaxed);
}

static void check_texts(struct region_check *check, uint32_t number, const struct label_set *set)
{
	const char *key = labels_of(check)->text + set->text, *value = key + set->key_bytes + 1;

	region_check_that(check,
			  key[set->key_bytes] == '\0' && value[set->value_bytes] == '\0' &&
				  strnlen(key, set->key_bytes) == set->key_bytes &&
				  strnlen(value, set->value_bytes) == set->value_bytes,
			  "label set %u: key or value do not end where they must", number);
	region_check_that(check, set->hash == labels_hash(set->parent, key, set->key_bytes, value, set->value_bytes),
			  "label set %u: not the hash of its label", number);
}

static void check_set(struct region_check *check, uint32_t number)
{
	const struct label_set *set = &labels_of(check)->sets[number];
	uint32_t bytes = (uint32_t)set->key_bytes + set->value_bytes + 2;

	region_check_that(check, set->parent < number, "label set %u: made of set %u", number, set->parent);
	if (region_check_that(check,
			      set->key_bytes != 0 && set->text <= LABELS_TEXT_BYTES &&
				      bytes <= LABELS_TEXT_BYTES - set->text,
			      "label set %u: key and value lie outside of the texts", number))
		check_texts(check, number, set);
	region_check_that(check, set->depth >= 1 && set->depth <= LABELS_DEPTH_LIMIT, "label set %u: of %u labels",
			  number, set->depth);
	if (region_check_is_still(check) && set->parent < number)
		region_check_that(check, set->depth == labels_of(check)->sets[set->parent].depth + 1,
				  "label set %u: of %u labels, its parent of %u", number, set->depth,
				  labels_of(check)->sets[set->parent].depth);
}

/* Handed out one after the other; one whose maker was stopped or died may never become ready. */
static void check_sets(struct region_check *check)
{
	const struct label_table *labels = labels_of(check);
	uint32_t used = set_count(check), unfinished = 0;

	region_check_that(check,
			  used < LABELS_LIMIT &&
				  atomic_load_explicit(&labels->text_bytes, memory_order_relaxed) <= LABELS_TEXT_BYTES,
			  "labels: %u sets, more than there is room for", used);
	for (uint32_t number = 0; number < LABELS_LIMIT; number++) {
		bool is_there = is_ready(check, number);

		if (region_check_is_still(check))
			region_check_that(check, !is_there || (number >= 1 && number <= used), "label set %u: of %u",
					  number, used);
		region_check_that(check,
				  atomic_load_explicit(&labels->sets[number].is_ready, memory_order_relaxed) <= 1,
				  "label set %u: ready is neither yes nor no", number);
		if (is_there && number >= 1)
			check_set(check, number);
		unfinished += number >= 1 && number <= used && !is_there;
	}
	if (region_check_is_at_rest(check))
		region_check_that(check, unfinished == 0, "labels: %u sets begun, never finished", unfinished);
}

/* No empty slot lies between where the hash leads and here. */
static bool is_on_path(const struct label_table *labels, uint32_t slot, uint32_t hash)
{
	for (uint32_t at = hash % LABELS_SLOTS; at != slot; at = (at + 1) % LABELS_SLOTS)
		if (atomic_load_explicit(&labels->slots[at], memory_order_relaxed) == 0)
			return false;
	return true;
}

static void check_slots(struct region_check *check)
{
	const struct label_table *labels = labels_of(check);
	bool is_taken[LABELS_LIMIT] = {false};

	for (uint32_t slot = 0; slot < LABELS_SLOTS; slot++) {
		uint32_t number = atomic_load_explicit(&labels->slots[slot], memory_order_relaxed);

		if (number == 0)
			continue;
		if (!region_check_that(check, region_check_has_labels(check, number), "label slot %u: leads to no set",
				       slot))
			continue;
		region_check_that(check, !is_taken[number], "label slot %u: leads to set %u, as another one does", slot,
				  number);
		is_taken[number] = true;
		if (region_check_is_still(check))
			region_check_that(check, is_on_path(labels, slot, labels->sets[number].hash),
					  "label slot %u: set %u is not found there", slot, number);
	}
}

bool region_check_has_labels(const struct region_check *check, uint32_t set)
{
	return set == 0 || (set < LABELS_LIMIT && is_ready(check, set));
}

void region_check_labels(struct region_check *check)
{
	check_sets(check);
	check_slots(check);
}
