/* SPDX-License-Identifier: MIT */
/* sort: numbers in ascending order, in place, without memory and recursion (libc's qsort may call malloc); and where among sorted ones
 * another one belongs.
 *
 * Complexity    O(n log n), whatever the input; O(log n).
 */
#ifndef CONTEND_SORT_H
#define CONTEND_SORT_H

#include <stddef.h>
#include <stdint.h>

void sort_words(uint64_t *words, size_t count);

/* How many of `count` items have a key that is not above `key`: so the last of these is the one before that number, if there is any. Each
 * item begins with its key, a uint64_t; the keys ascend. */
size_t sort_count_up_to(const void *items, size_t item_bytes, size_t count, uint64_t key);

#endif
