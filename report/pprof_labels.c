/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "pprof_labels.h"
#include "snapshot_labels.h"
#include "snapshot_names.h"

enum { LABELS = 4 };

/* What we ourselves call our labels: a program's of that name is another one. */
static const char *const own_keys[] = {"kind", "fd", "lock", "wait", "held"};
static const char waiter_prefix[] = "waiter.", other_prefix[] = "label.";

struct label_list {
	const struct snapshot_label *labels[LABELS_DEPTH_LIMIT];
	size_t count;
};

static struct label_list list_of(const struct snapshot *snapshot, uint32_t set)
{
	struct label_list list;

	list.count = snapshot_labels_list(snapshot, set, list.labels);
	return list;
}

static Label *add_label(struct pprof_builder *builder, Sample *sample, const char *key)
{
	Label *label = pprof_new(builder, sizeof(*label));

	if (!label)
		return NULL;
	perftools__profiles__label__init(label);
	label->key = pprof_text(builder, key);
	sample->label[sample->n_label++] = label;
	return label;
}

static int add_text(struct pprof_builder *builder, Sample *sample, const char *key, const char *value)
{
	Label *label = value[0] ? add_label(builder, sample, key) : NULL;

	if (label)
		label->str = pprof_text(builder, value);
	return label || !value[0] ? 0 : -ENOMEM;
}

static int add_lock(struct pprof_builder *builder, Sample *sample, const struct snapshot_sample *from)
{
	return add_text(builder, sample, "lock", symbols_lock(builder->symbols, from->lock));
}

static int add_delay_class(struct pprof_builder *builder, Sample *sample, uint8_t delay_class)
{
	Label *label =
		delay_class ? add_label(builder, sample, builder->which == PROFILE_HOLD ? "held" : "wait") : NULL;

	if (label) {
		label->num = sample_delay_class_ns(delay_class);
		label->num_unit = pprof_text(builder, "nanoseconds");
	}
	return label || !delay_class ? 0 : -ENOMEM;
}

static bool is_own_key(const char *key)
{
	for (size_t i = 0; i < sizeof(own_keys) / sizeof(own_keys[0]); i++)
		if (strcmp(key, own_keys[i]) == 0)
			return true;
	return strncmp(key, waiter_prefix, strlen(waiter_prefix)) == 0;
}

/* Labels of the program's, their keys with that prefix. */
static int add_set(struct pprof_builder *builder, Sample *sample, const struct label_list *list, const char *prefix)
{
	int error = 0;

	for (size_t i = 0; i < list->count && !error; i++) {
		const struct snapshot_label *label = list->labels[i];
		char key[sizeof(waiter_prefix) + sizeof(other_prefix) + LABELS_WORD_BYTES];

		snprintf(key, sizeof(key), "%s%s%s", prefix, is_own_key(label->key) ? other_prefix : "", label->key);
		error = add_text(builder, sample, key, label->value);
	}
	return error;
}

/* Only waits are of different kinds; what a release is charged with is lock waiting, always. */
int pprof_labels_build(struct pprof_builder *builder, Sample *sample, const struct snapshot_sample *from)
{
	bool has_kind = builder->which != PROFILE_MUTEX && builder->which != PROFILE_PAIRS;
	struct label_list own = list_of(builder->snapshot, from->labels);
	struct label_list waiter = list_of(builder->snapshot, from->waiter_labels);
	int error = 0;

	sample->label = pprof_new(builder, (LABELS + own.count + waiter.count) * sizeof(Label *));
	if (!sample->label)
		return -ENOMEM;
	if (has_kind)
		error = add_text(builder, sample, "kind", snapshot_kind_name(from->kind));
	if (!error && has_kind)
		error = add_text(builder, sample, "fd", snapshot_file_type_name(from->file_type));
	if (!error)
		error = add_lock(builder, sample, from);
	if (!error)
		error = add_delay_class(builder, sample, from->delay_class);
	if (!error)
		error = add_set(builder, sample, &own, "");
	return error ? error : add_set(builder, sample, &waiter, waiter_prefix);
}

uint64_t pprof_labels_hash(const Sample *sample)
{
	uint64_t hash = 0;

	for (size_t i = 0; i < sample->n_label; i++) {
		const Label *label = sample->label[i];
		uint64_t words[] = {hash, (uint64_t)label->key, (uint64_t)label->str, (uint64_t)label->num};

		hash = hash_index_words(words, 4);
	}
	return hash;
}

static bool label_is_same(const Label *one, const Label *other)
{
	return one->key == other->key && one->str == other->str && one->num == other->num &&
	       one->num_unit == other->num_unit;
}

bool pprof_labels_equal(const Sample *one, const Sample *other)
{
	if (one->n_label != other->n_label)
		return false;
	for (size_t i = 0; i < one->n_label; i++)
		if (!label_is_same(one->label[i], other->label[i]))
			return false;
	return true;
}
