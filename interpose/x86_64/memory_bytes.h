/* SPDX-License-Identifier: MIT */
/* memory_bytes: bytes moved by the processor's string instructions. Included by memory.c only. */
#ifndef CONTEND_MEMORY_BYTES_H
#define CONTEND_MEMORY_BYTES_H

#include <stddef.h>

/* From the first to the last. */
static inline void memory_copy_up(void *to, const void *from, size_t bytes)
{
	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
}

/* From the last to the first. */
static inline void memory_copy_down(void *to, const void *from, size_t bytes)
{
	char *last_to = (char *)to + bytes - 1;
	const char *last_from = (const char *)from + bytes - 1;

	__asm__ volatile("std; rep movsb; cld" : "+D"(last_to), "+S"(last_from), "+c"(bytes) : : "memory");
}

static inline void memory_fill(void *to, int byte, size_t bytes)
{
	__asm__ volatile("rep stosb" : "+D"(to), "+c"(bytes) : "a"(byte) : "memory");
}

#endif
