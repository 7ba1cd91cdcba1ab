/* SPDX-License-Identifier: MIT */
/* sample_table: how often and how long, for each key: profile, kind, stack, and what else tells samples apart.
 *
 * Called from   application threads, guard held, signal handlers included; readers from reports, also in another process.
 * Memory        a slot index and an arena of samples, both inside the region, sized by sample_table_layout; samples are
 *               never moved, changed in their key, or removed.
 * When full     sample_table_find answers the overflow sample of the profile and kind; LOSS_SAMPLES_FULL is counted.
 * Units         count in 2^-SAMPLER_COUNT_SHIFT events, delay in ticks, both already weighted by the sampler.
 * Concurrency   lock-free. A sample is filled before its slot is published (release/acquire). Count and delay change
 *               together (a 16-byte compare-and-swap) and only grow, but for resets, so sample_read gets a pair that was true at one
 *               instant.
 *
 *               find   add   read     -: nothing needed
 *   find         -      -     -
 *   add          -      -     -
 */
#ifndef CONTEND_SAMPLE_TABLE_H
#define CONTEND_SAMPLE_TABLE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "file_type.h"
#include "sampler.h"

enum profile {
#define PROFILE(identifier, name, words, count, value, option) identifier,
#include "profiles.def"
#undef PROFILE
	PROFILE_COUNT
};

enum wait_kind {
#define WAIT_KIND(identifier, name, end, is_idle) identifier,
#include "wait_kinds.def"
#undef WAIT_KIND
	WAIT_KIND_COUNT
};

/* What ends waits for an object; bits. */
enum wait_end {
	WAIT_END_OTHER = 0,
	WAIT_END_RELEASE = 1, /* releases of it, which are charged with them */
	WAIT_END_WAKE = 2,    /* somebody whom the profile `wake` names */
};

static inline enum wait_end wait_kind_end(enum wait_kind kind)
{
	static const uint8_t ends[] = {
#define WAIT_KIND(identifier, name, end, is_idle) [identifier] = end,
#include "wait_kinds.def"
#undef WAIT_KIND
	};

	return ends[kind];
}

/* Does one call take such a thing and another one release it? What is held for that long can be timed. */
static inline bool wait_kind_is_held(enum wait_kind kind)
{
	return wait_kind_end(kind) == WAIT_END_RELEASE && kind != WAIT_FUTEX_LOCK;
}

/* What a sample is about. frames as in frame.h, leaf first. The numbers that may be 0 say nothing then. */
struct sample_key {
	enum profile profile;
	enum wait_kind kind;
	enum file_type file_type;
	uint32_t lock;          /* 1 + its number in the table of locks */
	uint32_t labels;        /* of the thread that it is about: a label set */
	uint32_t waiter_labels; /* of a release: those of the thread that had waited longest */
	uint8_t delay_class;    /* sample_delay_class */
	unsigned depth;         /* frames; 1 to SAMPLE_DEPTH_LIMIT, with the tail and FRAME_BLOCKED between them */
	const uint64_t *frames;
	unsigned tail_depth; /* 0: no tail. Only in keys that are looked for: a sample's own frames are in one piece */
	const uint64_t *tail;
};

#define SAMPLE_DEPTH_LIMIT       1024
#define SAMPLE_DELAY_CLASS_LIMIT 63

struct sample {
	_Alignas(16) _Atomic uint64_t count; /* events << SAMPLER_COUNT_SHIFT */
	_Atomic uint64_t delay_ticks;
	_Atomic uint64_t longest_ticks; /* one event, before it was weighted; 0 if the sample has no delay class */
	uint32_t lock;
	uint32_t labels;
	uint32_t waiter_labels;
	uint32_t hash; /* of the key, its lower half */
	uint16_t depth;
	uint8_t profile;
	uint8_t kind;
	uint8_t file_type;
	uint8_t delay_class;
	uint8_t reserved_zero[2];
	uint64_t frames[]; /* depth of them */
};

/* 1 + the power of two that is not longer. */
static inline uint8_t sample_delay_class(uint64_t delay_ns)
{
	return delay_ns < 2 ? 1 : (uint8_t)(SAMPLE_DELAY_CLASS_LIMIT + 1 - __builtin_clzll(delay_ns));
}

/* The shortest delay of a class, ns. */
static inline int64_t sample_delay_class_ns(uint8_t delay_class)
{
	return INT64_C(1) << (delay_class - 1);
}

/* The table's own words in the region. Offsets are bytes from this struct. */
struct sample_table {
	uint32_t slot_count; /* a power of two */
	uint32_t slots_offset;
	uint64_t arena_offset;
	uint64_t arena_limit_bytes;            /* of address space */
	_Atomic uint64_t arena_reserved_bytes; /* of memory that is really there; grows up to the limit */
	_Atomic uint64_t arena_used_bytes;     /* handed out */
};

/* A slot is 0, empty, or says where its sample lies: so many units from the table. A sample lies in the first slot that was
 * empty from hash % slot_count on, that is, behind none that is empty. */
#define SAMPLE_UNIT_BYTES 16
#define SAMPLE_PROBES     64 /* slots that are tried */

/* Of a sample with its frames; whole units. */
size_t sample_bytes(unsigned depth);

uint64_t sample_key_hash(const struct sample_key *key);

/* The key of a sample; its frames are the sample's own. */
struct sample_key sample_key_of(const struct sample *sample);

bool sample_is_of(const struct sample *sample, const struct sample_key *key, uint64_t key_hash);

/* Bytes that a table of at most `bytes` takes, and its division into slots and arena, written to `table`. */
void sample_table_layout(struct sample_table *table, size_t bytes);

/* The table that sample_table_find uses. reserved_bytes: how much of the arena may be used for now. Enters the overflow
 * samples of every profile and kind. */
void sample_table_init(struct sample_table *table, uint64_t reserved_bytes);

/* More of the arena may be used from now on. */
void sample_table_reserve(uint64_t reserved_bytes);

/* Called when what is reserved of the arena is used up; true: there is more now. NULL: there never is. */
extern bool (*sample_table_on_full)(void);

/* The sample of that key, entered if it was not there; the overflow sample if it cannot be. Never NULL. */
struct sample *sample_table_find(const struct sample_key *key);

/* The sample at so many units from the table that sample_table_find uses, and back. */
struct sample *sample_table_at(uint32_t unit);
uint32_t sample_table_unit(const struct sample *sample);

void sample_add(struct sample *sample, struct sample_weight weight);

/* One of the events that were added took that long. Kept by samples with a delay class. */
void sample_note_longest(struct sample *sample, uint64_t delay_ticks);

/* All samples begin again with nothing; what is added at the same time lands before or after. */
void sample_table_reset(void);

/* The pair as it was at one instant. */
struct sample_weight sample_read(const struct sample *sample);

/* Was anything ever added to any sample of this process's table? */
bool sample_table_has_data(const struct sample_table *table);

/* For readers: the sample of slot number `slot`, or NULL if that slot is empty or (in a damaged table) points outside
 * `table_bytes` bytes from `table`. */
const struct sample *sample_table_slot(const struct sample_table *table, size_t table_bytes, uint32_t slot);

#endif
