/* SPDX-License-Identifier: MIT */
/* Goal: what was entered is found by its content, and nothing else is, also where all hashes are equal. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "hash_index.h"
#include "heap.h"

enum { ENTRIES = 20000, EQUAL_HASHES = 300 };

static uint64_t content(uint32_t value)
{
	return value * UINT64_C(4096) + 17;
}

static bool is_same(const void *wanted, uint32_t value)
{
	return *(const uint64_t *)wanted == content(value);
}

static unsigned count_wrong(const struct hash_index *index, uint32_t entries, bool has_one_hash)
{
	unsigned wrong = 0;

	for (uint32_t i = 0; i < entries; i++) {
		uint64_t present = content(i), absent = content(i) + 1;
		uint32_t value = UINT32_MAX;

		wrong += !hash_index_find(index, has_one_hash ? 5 : hash_index_words(&present, 1), is_same, &present,
					  &value);
		wrong += value != i;
		wrong += hash_index_find(index, has_one_hash ? 5 : hash_index_words(&absent, 1), is_same, &absent,
					 &value);
	}
	return wrong;
}

static void fill(struct hash_index *index, uint32_t entries, bool has_one_hash)
{
	for (uint32_t i = 0; i < entries; i++) {
		uint64_t word = content(i);

		if (hash_index_add(index, has_one_hash ? 5 : hash_index_words(&word, 1), i))
			ok(false, "entry %u", i);
	}
}

static unsigned longest_run(const struct hash_index *index)
{
	unsigned longest = 0, run = 0;

	for (size_t i = 0; i < index->slot_count; i++) {
		run = index->slots[i].is_used ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	return longest;
}

int main(void)
{
	struct hash_index index = {0}, crowded = {0};
	uint64_t word = 3;
	uint32_t value = 9;

	ok(!hash_index_find(&index, 3, is_same, &word, &value) && value == 9, "an empty index finds nothing");
	fill(&index, ENTRIES, false);
	is_u64(count_wrong(&index, ENTRIES, false), 0, "every entry is found, and no other");
	ok(longest_run(&index) < 200, "addresses a page apart spread: longest run %u", longest_run(&index));
	fill(&crowded, EQUAL_HASHES, true);
	is_u64(count_wrong(&crowded, EQUAL_HASHES, true), 0, "also when all hashes are equal");
	ok(hash_index_bytes("abcdefgh1", 9) != hash_index_bytes("abcdefgh2", 9), "the last byte counts");
	ok(hash_index_bytes("abc\0", 4) != hash_index_bytes("abc", 3), "the length counts");
	hash_index_free(&index);
	hash_index_free(&crowded);
	is_u64(heap_used_bytes(), 0, "all memory is given back");
	return done();
}
