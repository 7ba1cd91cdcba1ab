/* SPDX-License-Identifier: MIT */
/* memcpy, memmove, memset, memcmp and strlen for this library alone, hidden: what the compiler calls by itself would else be the
 * program's own, or a sanitizer's, which sees accesses of ours without the atomics that order them. The processor's string
 * instructions, because compilers turn loops back into calls of these functions.
 */
#include <stddef.h>
#include <string.h>

#ifndef __x86_64__
#error "memory.c knows x86-64 only"
#endif

#pragma GCC visibility push(hidden)

void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
	void *start = to;

	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
	return start;
}

void *memmove(void *to, const void *from, size_t bytes)
{
	char *last_to = (char *)to + bytes - 1;
	const char *last_from = (const char *)from + bytes - 1;

	if ((size_t)((char *)to - (const char *)from) >= bytes)
		return memcpy(to, from, bytes);
	__asm__ volatile("std; rep movsb; cld" : "+D"(last_to), "+S"(last_from), "+c"(bytes) : : "memory");
	return to;
}

void *memset(void *to, int byte, size_t bytes)
{
	void *start = to;

	__asm__ volatile("rep stosb" : "+D"(to), "+c"(bytes) : "a"(byte) : "memory");
	return start;
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
