/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "frame.h"
#include "sample_key.h"

/* Odd, and without structure. */
#define HASH_ONE UINT64_C(0x9e3779b97f4a7c15)
#define HASH_TWO UINT64_C(0xc2b2ae3d27d4eb4f)

static const uint64_t joint = (uint64_t)FRAME_MODULE_PSEUDO << FRAME_ADDRESS_BITS | FRAME_BLOCKED;

size_t sample_bytes(unsigned depth)
{
	size_t bytes = sizeof(struct sample) + depth * sizeof(uint64_t);

	return (bytes + SAMPLE_UNIT_BYTES - 1) & ~(size_t)(SAMPLE_UNIT_BYTES - 1);
}

unsigned sample_key_depth(const struct sample_key *key)
{
	return key->tail_depth ? key->depth + 1 + key->tail_depth : key->depth;
}

static inline uint64_t mix(uint64_t one, uint64_t other)
{
	unsigned __int128 product = (unsigned __int128)(one ^ HASH_ONE) * (other ^ HASH_TWO);

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* A sum of products: which place a frame has goes into its product, and no product waits for another. */
static uint64_t mix_frames(const uint64_t *frames, unsigned depth)
{
	uint64_t sum = depth % 2 ? mix(depth, frames[depth - 1]) : depth;

	for (unsigned i = 0; i + 1 < depth; i += 2)
		sum += mix(frames[i] + i * HASH_TWO, frames[i + 1]);
	return sum;
}

uint64_t sample_key_hash(const struct sample_key *key)
{
	uint64_t what = (uint64_t)key->file_type << 48 | (uint64_t)key->delay_class << 40 |
			(uint64_t)key->profile << 32 | (uint64_t)key->kind << 16 | sample_key_depth(key);
	uint64_t hash = mix(what, (uint64_t)key->labels << 32 | key->lock) + mix_frames(key->frames, key->depth);

	if (key->tail_depth)
		hash = mix(hash, mix_frames(key->tail, key->tail_depth));
	return mix(hash, key->waiter_labels);
}

/* A pair's key has both its stacks. */
static void split_key(struct sample_key *key)
{
	unsigned depth = frame_find_pseudo(key->frames, 0, key->depth, FRAME_BLOCKED);

	if (depth + 1 >= key->depth)
		return;
	key->tail = &key->frames[depth + 1];
	key->tail_depth = key->depth - depth - 1;
	key->depth = depth;
}

struct sample_key sample_key_of(const struct sample *sample)
{
	struct sample_key key = {.profile = sample->profile,
				 .kind = sample->kind,
				 .file_type = sample->file_type,
				 .lock = sample->lock,
				 .labels = sample->labels,
				 .waiter_labels = sample->waiter_labels,
				 .delay_class = sample->delay_class,
				 .depth = sample->depth,
				 .frames = sample->frames};

	if (key.profile == PROFILE_PAIRS)
		split_key(&key);
	return key;
}

void sample_key_write(const struct sample_key *key, uint64_t key_hash, struct sample *out_sample)
{
	out_sample->lock = key->lock;
	out_sample->labels = key->labels;
	out_sample->waiter_labels = key->waiter_labels;
	out_sample->hash = (uint32_t)key_hash;
	out_sample->depth = sample_key_depth(key);
	out_sample->profile = key->profile;
	out_sample->kind = key->kind;
	out_sample->file_type = key->file_type;
	out_sample->delay_class = key->delay_class;
	memcpy(out_sample->frames, key->frames, key->depth * sizeof(*key->frames));
	if (key->tail_depth == 0)
		return;
	out_sample->frames[key->depth] = joint;
	memcpy(&out_sample->frames[key->depth + 1], key->tail, key->tail_depth * sizeof(*key->tail));
}

/* Words, and all of them: they are nearly always equal, and what libc compares with is not ours to call. */
static bool are_equal(const uint64_t *frames, const uint64_t *others, unsigned depth)
{
	uint64_t differences = 0;

	for (unsigned i = 0; i < depth; i++)
		differences |= frames[i] ^ others[i];
	return differences == 0;
}

static bool has_frames(const struct sample *sample, const struct sample_key *key)
{
	const uint64_t *tail = &sample->frames[key->depth + 1];

	return are_equal(sample->frames, key->frames, key->depth) &&
	       (key->tail_depth == 0 || (tail[-1] == joint && are_equal(tail, key->tail, key->tail_depth)));
}

bool sample_has_numbers(const struct sample *sample, const struct sample_key *key)
{
	return sample->depth == sample_key_depth(key) && sample->profile == key->profile && sample->kind == key->kind &&
	       sample->file_type == key->file_type && sample->lock == key->lock && sample->labels == key->labels &&
	       sample->waiter_labels == key->waiter_labels && sample->delay_class == key->delay_class;
}

bool sample_is_of(const struct sample *sample, const struct sample_key *key, uint64_t key_hash)
{
	return sample->hash == (uint32_t)key_hash && sample_has_numbers(sample, key) && has_frames(sample, key);
}
