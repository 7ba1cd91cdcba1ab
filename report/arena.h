/* SPDX-License-Identifier: MIT */
/* arena: many small pieces of memory that die together.
 *
 * Memory        chunks of the private heap; everything is given back by arena_free.
 * When full     NULL.
 */
#ifndef CONTEND_ARENA_H
#define CONTEND_ARENA_H

#include <stddef.h>

struct arena_chunk;

/* Zero-initialised is empty. */
struct arena {
	struct arena_chunk *newest;
	size_t used_bytes; /* of the newest chunk */
};

/* Zeroed, aligned for any type. */
void *arena_alloc(struct arena *arena, size_t bytes);

/* Zeroed; NULL too when the product overflows. */
void *arena_alloc_array(struct arena *arena, size_t count, size_t item_bytes);

/* A terminated copy of `bytes` bytes of text. */
char *arena_copy_text(struct arena *arena, const char *text, size_t bytes);

void arena_free(struct arena *arena);

#endif
