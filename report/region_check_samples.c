/* SPDX-License-Identifier: MIT */
/* The table of samples: slots, what they lead to, and the samples themselves. */
#include <string.h>

#include "frame.h"
#include "heap.h"
#include "region_check_parts.h"
#include "sort.h"

struct samples_check {
	struct region_check *check;
	const char *table;
	uint64_t arena_offset;
	uint64_t bound_bytes; /* samples lie below, from the begin of the arena */
	uint64_t *claimed;    /* a bit for each unit of the arena that a slot leads to */
	uint64_t *stacks;     /* hashes of frames */
	uint32_t slot_count;
	uint32_t linked; /* samples that slots lead to */
};

static uint32_t slot_unit(const struct samples_check *samples, uint32_t slot)
{
	const _Atomic uint32_t *slots =
		(const _Atomic uint32_t *)(samples->table + samples->check->layout.samples.slots_offset);

	return atomic_load_explicit(&slots[slot & (samples->slot_count - 1)], memory_order_relaxed);
}

static const struct sample *sample_at(const struct samples_check *samples, uint64_t arena_bytes)
{
	return (const struct sample *)(samples->table + samples->arena_offset + arena_bytes);
}

static bool keys_equal(const struct sample *one, const struct sample *other)
{
	struct sample_key key = sample_key_of(other);

	return sample_is_of(one, &key, other->hash);
}

/* Does a whole sample fit in there? */
static bool lies_inside(const struct samples_check *samples, uint64_t begin)
{
	const uint32_t depth = samples->check->region->header.depth, most = 2 * depth + 1 + THREAD_EXTRA_FRAMES;
	const struct sample *sample = sample_at(samples, begin);

	return begin < samples->bound_bytes && samples->bound_bytes - begin >= sizeof(*sample) && sample->depth > 0 &&
	       sample->depth <= most && sample_bytes(sample->depth) <= samples->bound_bytes - begin;
}

/* The sample of a slot; NULL if it is empty or leads nowhere. */
static const struct sample *slot_sample(const struct samples_check *samples, uint32_t slot)
{
	uint64_t offset = (uint64_t)slot_unit(samples, slot) * SAMPLE_UNIT_BYTES;

	if (offset < samples->arena_offset || !lies_inside(samples, offset - samples->arena_offset))
		return NULL;
	return sample_at(samples, offset - samples->arena_offset);
}

/* False if another sample has some of it. */
static bool claim_units(struct samples_check *samples, const struct sample *sample)
{
	uint64_t unit = ((const char *)sample - samples->table - samples->arena_offset) / SAMPLE_UNIT_BYTES;
	uint64_t end = unit + sample_bytes(sample->depth) / SAMPLE_UNIT_BYTES;

	for (; unit < end; unit++) {
		if (samples->claimed[unit / 64] >> unit % 64 & 1)
			return false;
		samples->claimed[unit / 64] |= UINT64_C(1) << unit % 64;
	}
	return true;
}

/* Would a search for the sample's key end at this slot? */
static void check_place(struct samples_check *samples, uint32_t slot, const struct sample *sample)
{
	struct region_check *check = samples->check;
	uint32_t home = sample->hash & (samples->slot_count - 1);
	uint32_t distance = (slot - home) & (samples->slot_count - 1);

	if (!region_check_that(check, distance < SAMPLE_PROBES, "slot %u: %u slots behind where its hash leads", slot,
			       distance))
		return;
	for (uint32_t probe = 0; probe < distance; probe++) {
		const struct sample *other = slot_sample(samples, home + probe);

		if (region_check_is_still(check) &&
		    !region_check_that(check, slot_unit(samples, home + probe) != 0,
				       "slot %u: not found, because an empty slot comes before it", slot))
			return;
		if (!region_check_that(check, !other || !keys_equal(other, sample),
				       "slot %u: the same key has a slot before it", slot))
			return;
	}
}

static void check_contents(struct samples_check *samples, uint32_t slot, const struct sample *sample)
{
	static const uint8_t zero[sizeof(sample->reserved_zero)];
	struct region_check *check = samples->check;
	struct sample_key key = sample_key_of(sample);

	if (!region_check_that(check,
			       sample->profile < PROFILE_COUNT && sample->kind < WAIT_KIND_COUNT &&
				       sample->file_type < FILE_TYPE_COUNT &&
				       sample->delay_class <= SAMPLE_DELAY_CLASS_LIMIT &&
				       memcmp(sample->reserved_zero, zero, sizeof(zero)) == 0,
			       "slot %u: no such sample: profile %u, kind %u, type %u", slot, sample->profile,
			       sample->kind, sample->file_type))
		return;
	if (region_check_that(check, sample->hash == (uint32_t)sample_key_hash(&key),
			      "slot %u: not the hash of its key", slot))
		check_place(samples, slot, sample);
	region_check_sample(check, slot, sample);
}

static void sum_up(struct samples_check *samples, const struct sample *sample)
{
	struct region_check_summary *summary = &samples->check->summary;
	struct sample_weight weight = sample_read(sample);
	struct sample_key stack = {.depth = sample->depth, .frames = sample->frames};

	if ((weight.count == 0 && weight.delay_ticks == 0) || sample->profile >= PROFILE_COUNT)
		return;
	samples->stacks[summary->samples++] = sample_key_hash(&stack);
	summary->events[sample->profile] += (weight.count + SAMPLER_COUNT_ONE / 2) >> SAMPLER_COUNT_SHIFT;
}

static void check_slot(struct samples_check *samples, uint32_t slot)
{
	const struct sample *sample = slot_sample(samples, slot);

	if (slot_unit(samples, slot) == 0)
		return;
	if (!region_check_that(samples->check, sample != NULL, "slot %u: leads to no sample", slot) ||
	    !region_check_that(samples->check, claim_units(samples, sample),
			       "slot %u: leads into another slot's sample", slot))
		return;
	samples->linked++;
	check_contents(samples, slot, sample);
	sum_up(samples, sample);
}

/* Is the sample that takes what is too much where a search finds it? */
static void check_overflow(struct samples_check *samples, enum profile profile, enum wait_kind kind)
{
	const uint64_t frame = frame_make(FRAME_MODULE_PSEUDO, FRAME_OVERFLOW);
	const struct sample_key key = {.profile = profile, .kind = kind, .depth = 1, .frames = &frame};
	uint64_t hash = sample_key_hash(&key);

	for (uint32_t probe = 0; probe < SAMPLE_PROBES; probe++) {
		const struct sample *sample = slot_sample(samples, hash + probe);

		if (sample && sample_is_of(sample, &key, hash))
			return;
	}
	region_check_that(samples->check, false, "samples: none takes the overflow of profile %u, kind %u", profile,
			  kind);
}

/* All that was handed out of the arena is a sample; those without a slot lost a race for it before anything was added. */
static void check_arena(struct samples_check *samples)
{
	struct region_check *check = samples->check;
	uint32_t linked = 0;
	uint64_t at = 0;

	while (at < samples->bound_bytes && lies_inside(samples, at)) {
		const struct sample *sample = sample_at(samples, at);
		uint64_t unit = at / SAMPLE_UNIT_BYTES;
		bool is_linked = samples->claimed[unit / 64] >> unit % 64 & 1;

		linked += is_linked;
		region_check_that(check, is_linked || sample_read(sample).count == 0,
				  "samples: the one at byte %llu has events, but no slot", (unsigned long long)at);
		at += sample_bytes(sample->depth);
	}
	region_check_that(check, at == samples->bound_bytes, "samples: none at byte %llu, though %llu are handed out",
			  (unsigned long long)at, (unsigned long long)samples->bound_bytes);
	region_check_that(check, linked == samples->linked, "samples: slots lead to %u, of which %u are samples",
			  samples->linked, linked);
}

static void count_stacks(struct samples_check *samples)
{
	struct region_check_summary *summary = &samples->check->summary;

	sort_words(samples->stacks, summary->samples);
	for (uint32_t i = 0; i < summary->samples; i++)
		summary->stacks += i == 0 || samples->stacks[i] != samples->stacks[i - 1];
}

/* What is in use of the arena. While the owner goes on, slots may lead beyond what was in use when that was read. */
static uint64_t check_arena_words(struct region_check *check)
{
	const struct sample_table *table = &check->region->samples;
	uint64_t limit = check->layout.samples.arena_limit_bytes;
	uint64_t reserved = atomic_load_explicit(&table->arena_reserved_bytes, memory_order_relaxed);
	uint64_t used = atomic_load_explicit(&table->arena_used_bytes, memory_order_relaxed);

	region_check_that(check, reserved <= limit, "samples: %llu bytes reserved of %llu",
			  (unsigned long long)reserved, (unsigned long long)limit);
	region_check_that(check, used <= limit && used % SAMPLE_UNIT_BYTES == 0, "samples: %llu bytes used of %llu",
			  (unsigned long long)used, (unsigned long long)limit);
	if (!region_check_is_still(check))
		return limit;
	region_check_that(check, used <= reserved, "samples: %llu bytes used, %llu reserved", (unsigned long long)used,
			  (unsigned long long)reserved);
	return used < limit ? used : limit;
}

/* The first sample was there before the region had its magic. It is gone if the process ended and could not remove its file:
 * then it gave all samples back. */
static bool is_emptied(const struct samples_check *samples)
{
	static const struct sample none;
	const struct region_check *check = samples->check;

	return (!region_check_is_still(check) ||
		atomic_load_explicit(&check->region->header.closed, memory_order_relaxed) != 0) &&
	       memcmp(sample_at(samples, 0), &none, sizeof(none)) == 0;
}

static void check_all(struct samples_check *samples)
{
	for (uint32_t slot = 0; slot < samples->slot_count; slot++)
		check_slot(samples, slot);
	for (unsigned profile = 0; profile < PROFILE_COUNT; profile++)
		for (unsigned kind = 0; kind < WAIT_KIND_COUNT; kind++)
			check_overflow(samples, profile, kind);
	if (region_check_is_at_rest(samples->check))
		check_arena(samples);
	count_stacks(samples);
}

void region_check_samples(struct region_check *check)
{
	uint64_t units = check->layout.samples.arena_limit_bytes / SAMPLE_UNIT_BYTES;
	struct samples_check samples = {
		.check = check,
		.table = (const char *)&check->region->samples,
		.arena_offset = check->layout.samples.arena_offset,
		.bound_bytes = check_arena_words(check),
		.claimed = heap_alloc_array(units / 64 + 1, sizeof(*samples.claimed)),
		.stacks = heap_alloc_array(check->layout.samples.slot_count, sizeof(*samples.stacks)),
		.slot_count = check->layout.samples.slot_count,
	};

	if (is_emptied(&samples))
		check->summary.is_emptied = true;
	else if (region_check_that(check, samples.claimed && samples.stacks, "no memory to compare samples in"))
		check_all(&samples);
	heap_free(samples.claimed);
	heap_free(samples.stacks);
}
