/* SPDX-License-Identifier: MIT */
/* sample_key: what tells samples apart, how it lies in a sample, and the hash that it is found by.
 *
 * Called from   the sample table (sample_table.h); readers of regions, also in another process. Nothing is excluded: keys do not change.
 * Cost          of a hash or a comparison: one multiplication or less for two frames, none of which waits for another.
 * Ownership     a key has pointers to frames of somebody else's; what is written to a sample is a copy.
 */
#ifndef CONTEND_SAMPLE_KEY_H
#define CONTEND_SAMPLE_KEY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "file_type.h"

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

_Static_assert(sizeof(struct sample) + sizeof(uint64_t) > 64 - 16,
	       "no two have counts in one cache line: units are 16 bytes");

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

/* Of a sample of so many frames, with them; whole units. */
#define SAMPLE_UNIT_BYTES 16
size_t sample_bytes(unsigned depth);

/* With its tail, and what joins it. */
unsigned sample_key_depth(const struct sample_key *key);

uint64_t sample_key_hash(const struct sample_key *key);

/* The key of a sample; its frames are the sample's own. */
struct sample_key sample_key_of(const struct sample *sample);

/* Writes all of the sample that does not change; it has room for sample_key_depth frames. */
void sample_key_write(const struct sample_key *key, uint64_t key_hash, struct sample *out_sample);

/* Is all but the frames the key's, and are there as many of them? */
bool sample_has_numbers(const struct sample *sample, const struct sample_key *key);

bool sample_is_of(const struct sample *sample, const struct sample_key *key, uint64_t key_hash);

#endif
