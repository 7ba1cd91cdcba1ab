/* SPDX-License-Identifier: MIT */
/* memory_bytes: bytes moved by words that need not be aligned. Included by memory.c only.
 *
 * The empty assembler in each loop keeps the compiler from taking it for what it implements.
 */
#ifndef CONTEND_MEMORY_BYTES_H
#define CONTEND_MEMORY_BYTES_H

#include <stddef.h>
#include <stdint.h>

struct memory_word {
	uint64_t bits;
} __attribute__((packed, may_alias));

enum { MEMORY_WORD_BYTES = sizeof(struct memory_word) };

/* From the first to the last. */
static inline void memory_copy_up(void *to, const void *from, size_t bytes)
{
	char *next = to;
	const char *source = from;

	for (; bytes >= MEMORY_WORD_BYTES; bytes -= MEMORY_WORD_BYTES) {
		*(struct memory_word *)next = *(const struct memory_word *)source;
		next += MEMORY_WORD_BYTES;
		source += MEMORY_WORD_BYTES;
		__asm__ volatile("" ::: "memory");
	}
	for (; bytes > 0; bytes--) {
		*next++ = *source++;
		__asm__ volatile("" ::: "memory");
	}
}

/* From the last to the first. */
static inline void memory_copy_down(void *to, const void *from, size_t bytes)
{
	char *target = to;
	const char *source = from;

	for (; bytes >= MEMORY_WORD_BYTES; bytes -= MEMORY_WORD_BYTES) {
		size_t at = bytes - MEMORY_WORD_BYTES;

		*(struct memory_word *)(target + at) = *(const struct memory_word *)(source + at);
		__asm__ volatile("" ::: "memory");
	}
	for (; bytes > 0; bytes--) {
		target[bytes - 1] = source[bytes - 1];
		__asm__ volatile("" ::: "memory");
	}
}

static inline void memory_fill(void *to, int byte, size_t bytes)
{
	struct memory_word word = {.bits = (unsigned char)byte * UINT64_C(0x0101010101010101)};
	char *next = to;

	for (; bytes >= MEMORY_WORD_BYTES; bytes -= MEMORY_WORD_BYTES) {
		*(struct memory_word *)next = word;
		next += MEMORY_WORD_BYTES;
		__asm__ volatile("" ::: "memory");
	}
	for (; bytes > 0; bytes--) {
		*next++ = (char)byte;
		__asm__ volatile("" ::: "memory");
	}
}

#endif
