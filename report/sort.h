/* SPDX-License-Identifier: MIT */
/* sort: numbers in ascending order, in place, without memory and recursion (libc's qsort may call malloc).
 *
 * Complexity    O(n log n), whatever the input.
 */
#ifndef CONTEND_SORT_H
#define CONTEND_SORT_H

#include <stddef.h>
#include <stdint.h>

void sort_words(uint64_t *words, size_t count);

#endif
