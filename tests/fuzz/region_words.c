/* SPDX-License-Identifier: MIT */
#include <stddef.h>

#include "region_words.h"

enum { MODULES_PICKED = 32, LOSSES_PICKED = 4, LABELS_PICKED = 16 };

#define WORD(field)                                                                                                    \
	{                                                                                                              \
		offsetof(struct region, field), sizeof(((struct region *)0)->field)                                    \
	}

static const struct region_word table_words[] = {
	WORD(samples.slot_count),
	WORD(samples.slots_offset),
	WORD(samples.arena_offset),
	WORD(samples.arena_limit_bytes),
	WORD(samples.arena_reserved_bytes),
	WORD(samples.arena_used_bytes),
	WORD(threads.stride_bytes),
	WORD(threads.offset),
	WORD(threads.limit),
	WORD(threads.reserved),
	WORD(threads.used),
	WORD(modules.string_bytes),
};

static const struct region_word header_words[] = {
	WORD(header.magic),
	WORD(header.version),
	WORD(header.pid),
	WORD(header.bytes),
	WORD(header.process_start),
	WORD(header.boot_id[0]),
	WORD(header.started_wall_ns),
	WORD(header.clock_source),
	WORD(header.depth),
	WORD(header.profiles),
	WORD(header.started.ticks),
	WORD(header.started.monotonic_ns),
	WORD(header.early.ticks),
	WORD(header.early.monotonic_ns),
	WORD(header.ns_per_tick),
	WORD(header.mutex_fraction),
	WORD(header.block_rate_ns),
	WORD(header.dump_sequence),
	WORD(header.closed),
	WORD(header.shown_until_ticks),
	WORD(header.program[0]),
	WORD(header.program[8]),
	WORD(header.program[sizeof(((struct region *)0)->header.program) - 1]),
	WORD(header.directory[0]),
	WORD(header.out[0]),
	WORD(header.out[8]),
	WORD(losses.events[0]),
	WORD(losses.events[LOSSES_PICKED]),
	WORD(header.wish.number),
	WORD(header.dump_signal),
	WORD(reset.number),
	WORD(reset.wall_ns),
	WORD(reset.handoff_ticks),
	WORD(reset.losses.events[0]),
	WORD(labels.set_count),
	WORD(labels.text[1]),
	WORD(waiters.buckets[1].locks[0].pin),
	{offsetof(struct region, waiters.buckets[1].locks[0].sums), 8},
	WORD(frame_rules.words[1][0]),
};

#define MODULE_WORD(field)                                                                                             \
	{                                                                                                              \
		offsetof(struct module, field), sizeof(((struct module *)0)->field)                                    \
	}

static const struct region_word module_words[] = {
	MODULE_WORD(start),       MODULE_WORD(limit),       MODULE_WORD(file_offset),    MODULE_WORD(load_bias),
	MODULE_WORD(ready),       MODULE_WORD(retired),     MODULE_WORD(path_offset),    MODULE_WORD(path_bytes),
	MODULE_WORD(build_id[0]), MODULE_WORD(build_id[1]), MODULE_WORD(build_id_bytes),
};

#define LABEL_WORD(field)                                                                                              \
	{                                                                                                              \
		offsetof(struct label_set, field), sizeof(((struct label_set *)0)->field)                              \
	}

static const struct region_word label_words[] = {
	LABEL_WORD(parent),    LABEL_WORD(hash),        LABEL_WORD(text),
	LABEL_WORD(key_bytes), LABEL_WORD(value_bytes), LABEL_WORD(is_ready),
};

#define SAMPLE_WORD(field)                                                                                             \
	{                                                                                                              \
		offsetof(struct sample, field), sizeof(((struct sample *)0)->field)                                    \
	}

static const struct region_word sample_words[] = {
	SAMPLE_WORD(count),   SAMPLE_WORD(delay_ticks), SAMPLE_WORD(hash),          SAMPLE_WORD(depth),
	SAMPLE_WORD(profile), SAMPLE_WORD(kind),        SAMPLE_WORD(file_type),     SAMPLE_WORD(delay_class),
	SAMPLE_WORD(lock),    SAMPLE_WORD(labels),      SAMPLE_WORD(waiter_labels), SAMPLE_WORD(longest_ticks),
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct region_word pick_of(struct random *random, const struct region_word *words, size_t count, size_t base)
{
	struct region_word word = words[random_below(random, count)];

	word.offset += base;
	return word;
}

static struct region_word pick_module_word(struct random *random)
{
	uint64_t number = random_below(random, random_below(random, 8) ? MODULES_PICKED : MODULES_LIMIT);

	return pick_of(random, module_words, COUNT(module_words),
		       offsetof(struct region, modules.entries) + number * sizeof(struct module));
}

static struct region_word pick_label_word(struct random *random)
{
	uint64_t number = random_below(random, random_below(random, 8) ? LABELS_PICKED : LABELS_LIMIT);

	return pick_of(random, label_words, COUNT(label_words),
		       offsetof(struct region, labels.sets) + number * sizeof(struct label_set));
}

static struct region_word pick_string_word(struct random *random)
{
	uint64_t limit = random_below(random, 8) ? 512 : MODULES_STRING_BYTES;

	return (struct region_word){offsetof(struct region, modules.strings) + random_below(random, limit), 8};
}

/* A slot, or a word or frame of the sample that it leads to. */
static struct region_word pick_sample_word(struct random *random, const struct region *region)
{
	const struct sample_table *table = &region->samples;
	size_t table_bytes = region->header.bytes - offsetof(struct region, samples);
	uint32_t slot = random_below(random, table->slot_count);
	const struct sample *sample = NULL;
	size_t base;

	for (uint32_t tries = 0; tries < table->slot_count && !sample; tries++, slot++)
		sample = sample_table_slot(table, table_bytes, slot % table->slot_count);
	if (!sample || random_below(random, 8) == 0)
		return (struct region_word){offsetof(struct region, samples) + table->slots_offset +
						    slot % table->slot_count * sizeof(uint32_t),
					    sizeof(uint32_t)};
	base = (const char *)sample - (const char *)region;
	if (random_below(random, 3) == 0)
		return (struct region_word){base + sizeof(*sample) + random_below(random, sample->depth + 1) * 8, 8};
	return pick_of(random, sample_words, COUNT(sample_words), base);
}

static struct region_word pick_thread_word(struct random *random, const struct region *region)
{
	const struct thread *record =
		thread_table_at(&region->threads, random_below(random, region->threads.limit + 1));

	return (struct region_word){(const char *)&record->handoff_ticks - (const char *)region, 8};
}

struct region_word region_words_pick(struct random *random, const struct region *region)
{
	switch (random_below(random, 11)) {
	case 0:
	case 1:
		return pick_of(random, table_words, COUNT(table_words), 0);
	case 2:
		return pick_of(random, header_words, COUNT(header_words), 0);
	case 3:
	case 4:
		return pick_module_word(random);
	case 5:
		return pick_string_word(random);
	case 6:
		return pick_thread_word(random, region);
	case 7:
		return pick_label_word(random);
	default:
		return pick_sample_word(random, region);
	}
}
