/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "snapshot_labels.h"
#include "utf8.h"

static const char *copy_word(struct snapshot *snapshot, const char *text, size_t bytes)
{
	char *word = arena_copy_text(&snapshot->arena, text, bytes);

	if (word)
		utf8_repair(word);
	return word;
}

static int copy_set(struct snapshot *snapshot, const struct label_table *labels, uint32_t number)
{
	const struct label_set *set = &labels->sets[number];
	/* Pairs with the release in make_set. */
	bool is_ready = atomic_load_explicit(&set->is_ready, memory_order_acquire);
	uint32_t parent = set->parent, text = set->text;
	size_t key_bytes = set->key_bytes, value_bytes = set->value_bytes;
	struct snapshot_label *copy = &snapshot->labels[number];

	if (!is_ready || parent >= number || key_bytes == 0 || text > LABELS_TEXT_BYTES ||
	    key_bytes + value_bytes + 2 > LABELS_TEXT_BYTES - text)
		return 0;
	*copy = (struct snapshot_label){
		.parent = parent,
		.key = copy_word(snapshot, labels->text + text, key_bytes),
		.value = copy_word(snapshot, labels->text + text + key_bytes + 1, value_bytes),
	};
	return copy->key && copy->value ? 0 : -ENOMEM;
}

int snapshot_labels_copy(struct snapshot *snapshot, const struct label_table *labels)
{
	int error = 0;

	snapshot->labels = arena_alloc_array(&snapshot->arena, LABELS_LIMIT, sizeof(*snapshot->labels));
	if (!snapshot->labels)
		return -ENOMEM;
	snapshot->label_count = LABELS_LIMIT;
	for (uint32_t number = 1; number < LABELS_LIMIT && !error; number++)
		error = copy_set(snapshot, labels, number);
	return error;
}

/* Where the key stands or belongs. */
static size_t find_place(const struct snapshot_label *const *labels, size_t count, const char *key, bool *out_is_there)
{
	size_t place = 0;

	while (place < count && strcmp(labels[place]->key, key) < 0)
		place++;
	*out_is_there = place < count && strcmp(labels[place]->key, key) == 0;
	return place;
}

size_t snapshot_labels_list(const struct snapshot *snapshot, uint32_t set,
			    const struct snapshot_label *out_labels[LABELS_DEPTH_LIMIT])
{
	size_t count = 0;

	for (int depth = 0; depth < LABELS_DEPTH_LIMIT && set != 0 && set < snapshot->label_count; depth++) {
		const struct snapshot_label *label = &snapshot->labels[set];
		bool is_there;
		size_t place;

		set = label->parent;
		if (!label->key)
			continue;
		place = find_place(out_labels, count, label->key, &is_there);
		if (is_there)
			continue;
		memmove(&out_labels[place + 1], &out_labels[place], (count - place) * sizeof(*out_labels));
		out_labels[place] = label;
		count++;
	}
	return count;
}
