/* SPDX-License-Identifier: MIT */
/* memcpy, memmove, memset, memcmp and strlen for this library alone, hidden: what the compiler calls by itself would else be the
 * program's own, or a sanitizer's, which sees accesses of ours without the atomics that order them. Bytes
 * are moved in assembler (memory_bytes.h), because compilers turn loops back into calls of these functions.
 */
#include <stddef.h>
#include <string.h>

#include "memory_bytes.h"

#pragma GCC visibility push(hidden)

void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
	memory_copy_up(to, from, bytes);
	return to;
}

void *memmove(void *to, const void *from, size_t bytes)
{
	if ((size_t)((char *)to - (const char *)from) >= bytes)
		return memcpy(to, from, bytes);
	memory_copy_down(to, from, bytes);
	return to;
}

void *memset(void *to, int byte, size_t bytes)
{
	memory_fill(to, byte, bytes);
	return to;
}

size_t strlen(const char *text)
{
	const volatile char *end = text;

	while (*end)
		end++;
	return (size_t)(end - text);
}

int memcmp(const void *left, const void *right, size_t bytes)
{
	const unsigned char *a = left, *b = right;

	for (; bytes > 0; a++, b++, bytes--)
		if (*a != *b)
			return *a - *b;
	return 0;
}

#pragma GCC visibility pop
