/* SPDX-License-Identifier: MIT */
#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "heap.h"
#include "arena.h"

enum { ARENA_CHUNK_BYTES = 256 * 1024 };

struct arena_chunk {
	struct arena_chunk *older;
	size_t bytes; /* of contents */
	alignas(max_align_t) char contents[];
};

/* A block that is large beside a chunk gets one of its own, behind the newest, which stays in use. */
static void *arena_alloc_large(struct arena *arena, size_t bytes)
{
	struct arena_chunk *chunk = heap_alloc_array(1, sizeof(*chunk) + bytes);

	if (!chunk)
		return NULL;
	chunk->bytes = bytes;
	if (!arena->newest) {
		arena->newest = chunk;
		arena->used_bytes = bytes;
	} else {
		chunk->older = arena->newest->older;
		arena->newest->older = chunk;
	}
	return chunk->contents;
}

static bool arena_grow(struct arena *arena)
{
	struct arena_chunk *chunk = heap_alloc_array(1, ARENA_CHUNK_BYTES);

	if (!chunk)
		return false;
	chunk->bytes = ARENA_CHUNK_BYTES - sizeof(*chunk);
	chunk->older = arena->newest;
	arena->newest = chunk;
	arena->used_bytes = 0;
	return true;
}

void *arena_alloc(struct arena *arena, size_t bytes)
{
	void *block;

	if (bytes > PTRDIFF_MAX / 2)
		return NULL;
	if (HEAP_IS_SANITIZED)
		return arena_alloc_large(arena, bytes);
	bytes = (bytes + alignof(max_align_t) - 1) & -alignof(max_align_t);
	if (bytes > ARENA_CHUNK_BYTES / 8)
		return arena_alloc_large(arena, bytes);
	if ((!arena->newest || arena->newest->bytes - arena->used_bytes < bytes) && !arena_grow(arena))
		return NULL;
	block = arena->newest->contents + arena->used_bytes;
	arena->used_bytes += bytes;
	return block;
}

void *arena_alloc_array(struct arena *arena, size_t count, size_t item_bytes)
{
	size_t bytes;

	return __builtin_mul_overflow(count, item_bytes, &bytes) ? NULL : arena_alloc(arena, bytes);
}

char *arena_copy_text(struct arena *arena, const char *text, size_t bytes)
{
	char *copy = arena_alloc(arena, bytes + 1);

	return copy ? memcpy(copy, text, bytes) : NULL;
}

void arena_free(struct arena *arena)
{
	struct arena_chunk *chunk = arena->newest;

	while (chunk) {
		struct arena_chunk *older = chunk->older;

		heap_free(chunk);
		chunk = older;
	}
	*arena = (struct arena){0};
}
