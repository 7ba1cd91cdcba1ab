/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "hash_index.h"
#include "snapshot_delta.h"
#include "snapshot_locks.h"

struct sample_wanted {
	const struct snapshot *snapshot;
	const struct snapshot_sample *sample;
};

static bool same_frames(const uint64_t *a, const uint64_t *b, uint32_t depth)
{
	return depth == 0 || memcmp(a, b, depth * sizeof(*a)) == 0;
}

static bool sample_is_same(const void *wanted, uint32_t position)
{
	const struct sample_wanted *pair = wanted;
	const struct snapshot_sample *a = pair->sample, *b = &pair->snapshot->samples[position];

	return a->profile == b->profile && a->kind == b->kind && a->file_type == b->file_type && a->lock == b->lock &&
	       a->labels == b->labels && a->waiter_labels == b->waiter_labels && a->delay_class == b->delay_class &&
	       a->depth == b->depth && a->waiter_depth == b->waiter_depth &&
	       same_frames(a->frames, b->frames, a->depth) &&
	       same_frames(a->waiter_frames, b->waiter_frames, a->waiter_depth);
}

static uint64_t sample_hash(const struct snapshot_sample *sample)
{
	uint64_t words[] = {(uint64_t)sample->profile << 32 | (uint64_t)sample->kind << 16 |
				    (uint64_t)sample->delay_class << 8 | sample->file_type,
			    (uint64_t)sample->lock << 32 | sample->labels, sample->waiter_labels,
			    hash_index_words(sample->frames, sample->depth),
			    hash_index_words(sample->waiter_frames, sample->waiter_depth)};

	return hash_index_words(words, sizeof(words) / sizeof(words[0]));
}

static int64_t add_capped(int64_t a, int64_t b)
{
	int64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

/* Stacks that differ in modules that are not known (any more) are equal here: their samples become one. */
static int index_samples(struct snapshot *snapshot, struct hash_index *index)
{
	int error = 0;

	for (size_t i = 0; i < snapshot->sample_count && !error; i++) {
		struct snapshot_sample *sample = &snapshot->samples[i], *first;
		struct sample_wanted wanted = {.snapshot = snapshot, .sample = sample};
		uint64_t hash = sample_hash(sample);
		uint32_t position;

		if (!hash_index_find(index, hash, sample_is_same, &wanted, &position)) {
			error = hash_index_add(index, hash, i);
			continue;
		}
		first = &snapshot->samples[position];
		first->count = add_capped(first->count, sample->count);
		first->delay_ns = add_capped(first->delay_ns, sample->delay_ns);
		if (first->longest_ns < sample->longest_ns)
			first->longest_ns = sample->longest_ns;
		sample->count = sample->delay_ns = 0;
	}
	return error;
}

static int64_t what_is_more(int64_t newer, int64_t older)
{
	return newer > older ? newer - older : 0;
}

/* The longest since the older one was taken: the longest of all, if it came since. Else it is known to be of its class. */
static int64_t longest_since(const struct snapshot_sample *now, const struct snapshot_sample *before)
{
	return now->longest_ns > before->longest_ns || !now->delay_class ? now->longest_ns
									 : sample_delay_class_ns(now->delay_class);
}

static void subtract_samples(struct snapshot *newer, const struct snapshot *older, const struct hash_index *index)
{
	for (size_t i = 0; i < older->sample_count; i++) {
		const struct snapshot_sample *before = &older->samples[i];
		struct sample_wanted wanted = {.snapshot = newer, .sample = before};
		uint32_t position;

		if (!hash_index_find(index, sample_hash(before), sample_is_same, &wanted, &position))
			continue;
		struct snapshot_sample *now = &newer->samples[position];

		now->longest_ns = longest_since(now, before);
		now->count = what_is_more(now->count, before->count);
		now->delay_ns = what_is_more(now->delay_ns, before->delay_ns);
	}
}

static void drop_empty_samples(struct snapshot *snapshot)
{
	size_t kept = 0;

	for (size_t i = 0; i < snapshot->sample_count; i++)
		if (snapshot->samples[i].count || snapshot->samples[i].delay_ns)
			snapshot->samples[kept++] = snapshot->samples[i];
	snapshot->sample_count = kept;
}

/* Of CPU time it must be known what it was at both ends. */
static void subtract_overhead(struct snapshot_overhead *newer, const struct snapshot_overhead *older)
{
	newer->own_ns = what_is_more(newer->own_ns, older->own_ns);
	newer->calls -= newer->calls < older->calls ? newer->calls : older->calls;
	newer->cpu_ns = older->cpu_ns ? what_is_more(newer->cpu_ns, older->cpu_ns) : 0;
}

int snapshot_subtract(struct snapshot *newer, const struct snapshot *older)
{
	struct hash_index index = {0};
	int error;

	newer->is_interval = true;
	if (newer->resets != older->resets)
		return 0; /* nothing of what the older one has is in the newer one */
	error = index_samples(newer, &index);
	if (!error) {
		subtract_samples(newer, older, &index);
		drop_empty_samples(newer);
		snapshot_locks_subtract(newer, older);
		for (int i = 0; i < LOSS_COUNT; i++)
			newer->losses[i] -= newer->losses[i] < older->losses[i] ? newer->losses[i] : older->losses[i];
		newer->handoff_ns = what_is_more(newer->handoff_ns, older->handoff_ns);
		subtract_overhead(&newer->overhead, &older->overhead);
		newer->started_wall_ns = older->taken_wall_ns;
	}
	hash_index_free(&index);
	return error;
}
