/* SPDX-License-Identifier: MIT */
/* Goal: numbers in order, the same numbers as before, for every length and kind of input. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "random.h"
#include "sort.h"

enum { LENGTHS = 300, LARGE = 200000 };

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* kind 0: random; 1: few different; 2: ascending; 3: descending; 4: extremes. */
static void fill(uint64_t *words, size_t count, unsigned kind, struct random *random)
{
	for (size_t i = 0; i < count; i++) {
		switch (kind) {
		case 0:
			words[i] = random_bits(random);
			break;
		case 1:
			words[i] = random_below(random, 5);
			break;
		case 2:
			words[i] = i;
			break;
		case 3:
			words[i] = count - i;
			break;
		default:
			words[i] = random_bits(random) & 1 ? UINT64_MAX : 0;
		}
	}
}

static bool sorts(size_t count, unsigned kind, struct random *random)
{
	uint64_t *words = malloc((count + 1) * sizeof(*words)), *expected = malloc((count + 1) * sizeof(*words));
	bool is_equal;

	fill(words, count, kind, random);
	words[count] = 12345;
	memcpy(expected, words, (count + 1) * sizeof(*words));
	qsort(expected, count, sizeof(*expected), compare);
	sort_words(words, count);
	is_equal = memcmp(words, expected, (count + 1) * sizeof(*words)) == 0;
	free(words);
	free(expected);
	return is_equal;
}

static size_t count_up_to(const uint64_t *keys, size_t count, uint64_t key)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		found += keys[i] <= key;
	return found;
}

/* Among keys of every number, some of them equal, and such that lie apart. */
static void keys_are_counted(struct random *random)
{
	static uint64_t words[LENGTHS];
	static struct {
		uint64_t key;
		char rest[24];
	} records[LENGTHS];
	unsigned wrong = 0;

	for (size_t count = 0; count < LENGTHS; count++) {
		fill(words, count, (unsigned)count % 5, random);
		sort_words(words, count);
		for (size_t i = 0; i < count; i++)
			records[i].key = words[i];
		for (int i = 0; i < 20; i++) {
			uint64_t key = i == 0           ? 0
				       : i == 1         ? UINT64_MAX
				       : count && i % 2 ? words[random_below(random, count)]
							: random_below(random, 2 * LENGTHS);

			wrong += sort_count_up_to(words, sizeof(*words), count, key) != count_up_to(words, count, key);
			wrong += sort_count_up_to(records, sizeof(records[0]), count, key) !=
				 count_up_to(words, count, key);
		}
	}
	is_u64(wrong, 0, "keys up to another one are counted");
	is_u64(sort_count_up_to(NULL, sizeof(*words), 0, 5), 0, "there need be none");
}

int main(void)
{
	struct random random;
	uint64_t began_ns;

	random_seed(&random, 1, 2);
	for (unsigned kind = 0; kind < 5; kind++) {
		unsigned wrong = 0;

		for (size_t count = 0; count < LENGTHS; count++)
			wrong += !sorts(count, kind, &random);
		is_u64(wrong, 0, "every length up to %d, input of kind %u", LENGTHS, kind);
	}
	keys_are_counted(&random);
	began_ns = t_now_ns();
	for (unsigned kind = 0; kind < 5; kind++)
		ok(sorts(LARGE, kind, &random), "%d numbers, input of kind %u", LARGE, kind);
	ok(t_now_ns() - began_ns < UINT64_C(5000000000), "no kind takes quadratic time");
	return done();
}
