/* SPDX-License-Identifier: MIT */
#include "sort.h"

/* Lets words[parent] sink until no child in [0, count) is larger. */
static void sort_sink(uint64_t *words, size_t parent, size_t count)
{
	uint64_t sinking = words[parent];

	for (size_t child = 2 * parent + 1; child < count; child = 2 * parent + 1) {
		if (child + 1 < count && words[child + 1] > words[child])
			child++;
		if (words[child] <= sinking)
			break;
		words[parent] = words[child];
		parent = child;
	}
	words[parent] = sinking;
}

/* Heapsort. */
void sort_words(uint64_t *words, size_t count)
{
	for (size_t parent = count / 2; parent-- > 0;)
		sort_sink(words, parent, count);
	for (size_t last = count; last-- > 1;) {
		uint64_t largest = words[0];

		words[0] = words[last];
		words[last] = largest;
		sort_sink(words, 0, last);
	}
}

size_t sort_count_up_to(const void *items, size_t item_bytes, size_t count, uint64_t key)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (*(const uint64_t *)((const char *)items + middle * item_bytes) <= key)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
