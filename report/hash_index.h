/* SPDX-License-Identifier: MIT */
/* hash_index: finds numbers by the content that they stand for; the content stays with the user.
 *
 * Memory        private heap; grows by doubling, at most 3/4 full.
 * When full     hash_index_add answers -ENOMEM, nothing changed.
 * Complexity    O(1) expected. Hashes are of data that a hostile process may choose, so they are mixed with a secret
 * seed (hash_index_words, hash_index_bytes).
 */
#ifndef CONTEND_HASH_INDEX_H
#define CONTEND_HASH_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hash_index_slot {
	uint64_t hash;
	uint32_t value;
	uint32_t is_used;
};

/* Zero-initialised is empty. */
struct hash_index {
	struct hash_index_slot *slots;
	size_t slot_count; /* a power of two, or 0 */
	size_t used_count;
};

/* Does the entry `value` have the content that is looked for? */
typedef bool (*hash_index_same)(const void *wanted, uint32_t value);

/* True, and the number in *out_value, if an entry of this hash and content exists. */
bool hash_index_find(const struct hash_index *index, uint64_t hash, hash_index_same same, const void *wanted,
		     uint32_t *out_value);

/* Adds an entry that is not there yet. 0 or -ENOMEM. */
int hash_index_add(struct hash_index *index, uint64_t hash, uint32_t value);

void hash_index_free(struct hash_index *index);

uint64_t hash_index_words(const uint64_t *words, size_t count);
uint64_t hash_index_bytes(const void *bytes, size_t count);

#endif
