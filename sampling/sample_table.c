/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "frame.h"
#include "losses.h"
#include "sample_table.h"

enum { ARENA_BYTES_PER_SLOT = 128 };

static struct {
	struct sample_table *table;
	struct sample *overflow[PROFILE_COUNT][WAIT_KIND_COUNT];
} samples;

static _Atomic uint32_t *table_slots(const struct sample_table *table)
{
	return (_Atomic uint32_t *)((char *)table + table->slots_offset);
}

void sample_table_layout(struct sample_table *table, size_t bytes)
{
	uint32_t slot_count = 1024;

	while ((size_t)slot_count * 2 * (ARENA_BYTES_PER_SLOT + sizeof(uint32_t)) <= bytes)
		slot_count *= 2;
	*table = (struct sample_table){
		.slot_count = slot_count,
		.slots_offset = (sizeof(*table) + 63) & ~(size_t)63,
	};
	table->arena_offset = (table->slots_offset + slot_count * sizeof(uint32_t) + 4095) & ~UINT64_C(4095);
	table->arena_limit_bytes = bytes > table->arena_offset ? bytes - table->arena_offset : 0;
}

bool (*sample_table_on_full)(void);

static bool has_room(const struct sample_table *table, uint64_t bytes)
{
	return bytes <= atomic_load_explicit(&table->arena_reserved_bytes, memory_order_relaxed);
}

/* A filled sample that nobody else knows yet; NULL when the arena is full. */
static struct sample *sample_new(const struct sample_key *key, uint64_t hash)
{
	struct sample_table *table = samples.table;
	size_t bytes = sample_bytes(sample_key_depth(key));
	uint64_t used = atomic_load_explicit(&table->arena_used_bytes, memory_order_relaxed);

	do {
		while (!has_room(table, used + bytes))
			if (!sample_table_on_full || !sample_table_on_full())
				return NULL;
	} while (!atomic_compare_exchange_weak_explicit(&table->arena_used_bytes, &used, used + bytes,
							memory_order_relaxed, memory_order_relaxed));
	struct sample *sample = (struct sample *)((char *)table + table->arena_offset + used);

	sample_key_write(key, hash, sample);
	return sample;
}

static struct sample *slot_sample(const struct sample_table *table, uint32_t unit)
{
	return (struct sample *)((char *)table + (uint64_t)unit * SAMPLE_UNIT_BYTES);
}

static struct sample *overflow_of(const struct sample_key *key)
{
	losses_add(LOSS_SAMPLES_FULL);
	return samples.overflow[key->profile][key->kind];
}

/* The sample of that key or NULL when there is no room. A sample that lost the race for its slot stays behind in the
 * arena, unreachable: that is rare, bounded by the threads, and cheaper than taking it back. */
static struct sample *find_or_enter(const struct sample_key *key)
{
	struct sample_table *table = samples.table;
	_Atomic uint32_t *slots = table_slots(table);
	uint64_t hash = sample_key_hash(key);
	struct sample *fresh = NULL;

	for (uint32_t probe = 0; probe < SAMPLE_PROBES; probe++) {
		_Atomic uint32_t *slot = &slots[(hash + probe) & (table->slot_count - 1)];
		/* Pairs with the release below: a slot that is seen leads to a filled sample. */
		uint32_t unit = atomic_load_explicit(slot, memory_order_acquire);

		if (unit == 0) {
			if (!fresh)
				fresh = sample_new(key, hash);
			if (!fresh)
				return NULL;
			if (atomic_compare_exchange_strong_explicit(slot, &unit, sample_table_unit(fresh),
								    memory_order_release, memory_order_acquire))
				return fresh;
		}
		if (sample_is_of(slot_sample(table, unit), key, hash))
			return slot_sample(table, unit);
	}
	return NULL;
}

void sample_table_init(struct sample_table *table, uint64_t reserved_bytes)
{
	const uint64_t frame = frame_make(FRAME_MODULE_PSEUDO, FRAME_OVERFLOW);

	samples.table = table;
	atomic_store_explicit(&table->arena_reserved_bytes, reserved_bytes, memory_order_relaxed);
	for (unsigned profile = 0; profile < PROFILE_COUNT; profile++)
		for (unsigned kind = 0; kind < WAIT_KIND_COUNT; kind++)
			samples.overflow[profile][kind] = find_or_enter(
				&(struct sample_key){.profile = profile, .kind = kind, .depth = 1, .frames = &frame});
}

void sample_table_reserve(uint64_t reserved_bytes)
{
	atomic_store_explicit(&samples.table->arena_reserved_bytes, reserved_bytes, memory_order_relaxed);
}

struct sample *sample_table_find(const struct sample_key *key)
{
	struct sample *sample = find_or_enter(key);

	return sample ? sample : overflow_of(key);
}

bool sample_table_is_overflow(const struct sample *sample)
{
	return sample == samples.overflow[sample->profile][sample->kind];
}

struct sample *sample_table_at(uint32_t unit)
{
	return slot_sample(samples.table, unit);
}

uint32_t sample_table_unit(const struct sample *sample)
{
	return ((const char *)sample - (const char *)samples.table) / SAMPLE_UNIT_BYTES;
}

void sample_add(struct sample *sample, struct sample_weight weight)
{
	unsigned __int128 *pair = (unsigned __int128 *)&sample->count;
	uint64_t count = atomic_load_explicit(&sample->count, memory_order_relaxed);
	uint64_t delay_ticks = atomic_load_explicit(&sample->delay_ticks, memory_order_relaxed);
	unsigned __int128 found = (unsigned __int128)delay_ticks << 64 | count; /* if torn, the swap tells */
	unsigned __int128 expected;

	do {
		expected = found;
		count = (uint64_t)expected + weight.count;
		delay_ticks = (uint64_t)(expected >> 64) + weight.delay_ticks;
		found = __sync_val_compare_and_swap(pair, expected, (unsigned __int128)delay_ticks << 64 | count);
	} while (found != expected);
}

void sample_note_longest(struct sample *sample, uint64_t delay_ticks)
{
	uint64_t longest_ticks = atomic_load_explicit(&sample->longest_ticks, memory_order_relaxed);

	while (sample->delay_class && longest_ticks < delay_ticks &&
	       !atomic_compare_exchange_weak_explicit(&sample->longest_ticks, &longest_ticks, delay_ticks,
						      memory_order_relaxed, memory_order_relaxed))
		;
}

static void forget(struct sample *sample)
{
	unsigned __int128 *pair = (unsigned __int128 *)&sample->count;
	unsigned __int128 found = 0, expected;

	do {
		expected = found;
		found = __sync_val_compare_and_swap(pair, expected, 0);
	} while (found != expected);
	atomic_store_explicit(&sample->longest_ticks, 0, memory_order_relaxed);
}

void sample_table_reset(void)
{
	const struct sample_table *table = samples.table;

	for (uint32_t slot = 0; slot < table->slot_count; slot++) {
		uint32_t unit = atomic_load_explicit(&table_slots(table)[slot], memory_order_acquire);

		if (unit)
			forget((struct sample *)slot_sample(table, unit));
	}
}

/* Both change together and the delay never shrinks but to 0: if it reads the same before and after the count, the three were true
 * at the instant when the count was read. */
struct sample_weight sample_read(const struct sample *sample)
{
	struct sample_weight seen;

	do {
		seen.delay_ticks = atomic_load_explicit(&sample->delay_ticks, memory_order_acquire);
		seen.count = atomic_load_explicit(&sample->count, memory_order_acquire);
	} while (seen.delay_ticks != atomic_load_explicit(&sample->delay_ticks, memory_order_acquire));
	return seen;
}

bool sample_table_has_data(const struct sample_table *table)
{
	for (uint32_t slot = 0; slot < table->slot_count; slot++) {
		uint32_t unit = atomic_load_explicit(&table_slots(table)[slot], memory_order_acquire);

		if (unit && sample_read(slot_sample(table, unit)).count != 0)
			return true;
	}
	return false;
}

const struct sample *sample_table_slot(const struct sample_table *table, size_t table_bytes, uint32_t slot)
{
	uint64_t slot_end = table->slots_offset + ((uint64_t)slot + 1) * sizeof(uint32_t);

	if (slot >= table->slot_count || slot_end > table_bytes)
		return NULL;
	uint64_t offset =
		(uint64_t)atomic_load_explicit(&table_slots(table)[slot], memory_order_acquire) * SAMPLE_UNIT_BYTES;

	if (offset == 0 || offset + sizeof(struct sample) > table_bytes)
		return NULL;
	const struct sample *sample = (const struct sample *)((const char *)table + offset);

	return offset + sample_bytes(sample->depth) <= table_bytes ? sample : NULL;
}
