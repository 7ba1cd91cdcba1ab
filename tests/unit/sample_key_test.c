/* SPDX-License-Identifier: MIT */
/* Goal: a key is the same however its frames lie, another one if anything in it differs, and stacks that resemble each other have
 * hashes that do not. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "frame.h"
#include "sample_key.h"
#include "sort.h"

enum { FUNCTIONS = 48, FUNCTION_BYTES = 16, DEPTH = 3, STACKS = FUNCTIONS * FUNCTIONS * FUNCTIONS, FRAMES_LIMIT = 64 };

static union {
	struct sample sample;
	char bytes[sizeof(struct sample) + FRAMES_LIMIT * sizeof(uint64_t)];
} room;

static uint64_t hash_of(const uint64_t *frames, unsigned depth)
{
	return sample_key_hash(&(struct sample_key){.depth = depth, .frames = frames});
}

/* Every stack of three out of so many functions that lie side by side; equal neighbours of the sorted lower halves are
 * those that the table would have to compare in vain. By chance there are STACKS^2 / 2^33 of them. */
static void like_stacks_have_unlike_hashes(void)
{
	const double by_chance = (double)STACKS * STACKS / (UINT64_C(1) << 33);
	uint64_t *hashes = malloc(STACKS * sizeof(*hashes));
	unsigned equal = 0;

	for (unsigned i = 0; i < STACKS; i++) {
		uint64_t frames[DEPTH];

		for (unsigned place = 0, rest = i; place < DEPTH; place++, rest /= FUNCTIONS)
			frames[place] = frame_make(1, 0x555555550000 + rest % FUNCTIONS * FUNCTION_BYTES);
		hashes[i] = (uint32_t)hash_of(frames, DEPTH);
	}
	sort_words(hashes, STACKS);
	for (unsigned i = 1; i < STACKS; i++)
		equal += hashes[i] == hashes[i - 1];
	ok(equal < 10 * by_chance + 5, "%u of %u hashes are another's, %.1f by chance", equal, STACKS, by_chance);
	free(hashes);
}

static void places_matter(void)
{
	uint64_t frames[FRAMES_LIMIT], hash;
	unsigned same = 0;

	for (unsigned i = 0; i < FRAMES_LIMIT; i++)
		frames[i] = frame_make(2, 0x7f0000001000 + i * FUNCTION_BYTES);
	for (unsigned depth = 2; depth <= FRAMES_LIMIT; depth++) {
		hash = hash_of(frames, depth);
		same += hash == hash_of(frames, depth - 1);
		for (unsigned i = 0; i + 1 < depth; i++) {
			uint64_t frame = frames[i];

			frames[i] = frames[i + 1], frames[i + 1] = frame;
			same += hash == hash_of(frames, depth);
			frames[i + 1] = frames[i], frames[i] = frame;
		}
	}
	is_u64(same, 0, "two frames in the other order, or one less, are another hash at every depth");
}

static bool is_found(const struct sample_key *key)
{
	uint64_t hash = sample_key_hash(key);

	return sample_is_of(&room.sample, key, hash);
}

/* Both stacks of a pair lie apart in a key that is looked for and side by side in a sample. */
static void pairs_are_found_in_one_piece(void)
{
	uint64_t frames[9], hash;
	unsigned wrong = 0;

	for (unsigned i = 0; i < 9; i++)
		frames[i] = frame_make(1, 0x1000 + i);
	for (unsigned depth = 1; depth < 5; depth++)
		for (unsigned tail_depth = 1; tail_depth < 5; tail_depth++) {
			struct sample_key key = {.profile = PROFILE_PAIRS,
						 .depth = depth,
						 .frames = frames,
						 .tail_depth = tail_depth,
						 .tail = &frames[5]};
			struct sample_key stored, shorter = key;

			hash = sample_key_hash(&key);
			sample_key_write(&key, hash, &room.sample);
			stored = sample_key_of(&room.sample);
			shorter.tail_depth--;
			wrong += !is_found(&key) || !is_found(&stored) || sample_key_hash(&stored) != hash ||
				 is_found(&shorter) || room.sample.depth != depth + 1 + tail_depth;
			room.sample.frames[depth + tail_depth]++;
			wrong += is_found(&key);
		}
	is_u64(wrong, 0, "a pair is found with both its stacks, and with no other ones");
}

/* What a damaged region may hold: nothing joined, or to nothing. */
static void half_pairs_are_keys_too(void)
{
	const uint64_t joint = frame_make(FRAME_MODULE_PSEUDO, FRAME_BLOCKED);
	struct sample_key key;

	memset(&room, 0, sizeof(room));
	room.sample.profile = PROFILE_PAIRS;
	room.sample.depth = 3;
	for (unsigned at = 0; at < 3; at++) {
		memset(room.sample.frames, 0x11, 3 * sizeof(uint64_t));
		room.sample.frames[at] = joint;
		key = sample_key_of(&room.sample);
		is_u64(sample_key_depth(&key), 3, "joined at %u: as deep as it is stored", at);
		is_u64(key.tail_depth, at < 2 ? 2 - at : 0, "joined at %u: what follows is the waiter's", at);
	}
}

int main(void)
{
	like_stacks_have_unlike_hashes();
	places_matter();
	pairs_are_found_in_one_piece();
	half_pairs_are_keys_too();
	return done();
}
