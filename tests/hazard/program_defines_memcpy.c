/* SPDX-License-Identifier: MIT
 * flags: -rdynamic -fno-builtin
 *
 * Goal: a program (or a sanitizer's runtime in it) that defines memcpy, memset, strlen and the like itself, perhaps slow, checking
 * or with locks inside, is not called by us: the number of calls is printed, and must be what it is bare.
 */
#include "hazard.h"

static unsigned long calls;

static void count(void)
{
	__atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED);
}

void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
	count();
	for (size_t i = 0; i < bytes; i++)
		((volatile char *)to)[i] = ((const char *)from)[i];
	return to;
}

void *memmove(void *to, const void *from, size_t bytes)
{
	count();
	for (size_t i = 0; i < bytes; i++) {
		size_t at = to < from ? i : bytes - 1 - i;

		((volatile char *)to)[at] = ((const char *)from)[at];
	}
	return to;
}

void *memset(void *to, int value, size_t bytes)
{
	count();
	for (size_t i = 0; i < bytes; i++)
		((volatile char *)to)[i] = value;
	return to;
}

int memcmp(const void *one, const void *other, size_t bytes)
{
	count();
	for (size_t i = 0; i < bytes; i++)
		if (((const volatile unsigned char *)one)[i] != ((const unsigned char *)other)[i])
			return ((const unsigned char *)one)[i] - ((const unsigned char *)other)[i];
	return 0;
}

size_t strlen(const char *text)
{
	const volatile char *end = text;

	count();
	while (*end)
		end++;
	return end - text;
}

int main(void)
{
	unsigned long before = __atomic_load_n(&calls, __ATOMIC_RELAXED), during;

	hazard_limit(20);
	hazard_contend(4, 500);
	during = __atomic_load_n(&calls, __ATOMIC_RELAXED) - before;
	printf("calls before main %lu, in contention %lu\n", before, during);
	return 0;
}
