/* SPDX-License-Identifier: MIT */
/* Goal: pieces of an arena are zeroed, aligned, apart from each other, and gone together. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "check.h"
#include "heap.h"

enum { PIECES = 5000 };

static size_t piece_bytes(unsigned i)
{
	static const size_t bytes[] = {0, 1, 15, 16, 17, 200, 3000, 40000, 300000};

	return bytes[i % 101 == 0 ? 8 : i % 31 == 0 ? 7 : i % 7];
}

static bool is_filled(const unsigned char *piece, unsigned char byte, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		if (piece[i] != byte)
			return false;
	return true;
}

int main(void)
{
	static unsigned char *pieces[PIECES];
	struct arena arena = {0};
	unsigned dirty = 0, misplaced = 0, overwritten = 0;

	for (unsigned i = 0; i < PIECES; i++) {
		pieces[i] = arena_alloc(&arena, piece_bytes(i));
		misplaced += !pieces[i] || ((uintptr_t)pieces[i] & 15) != 0;
		dirty += !is_filled(pieces[i], 0, piece_bytes(i));
		memset(pieces[i], i & 0xff, piece_bytes(i));
	}
	for (unsigned i = 0; i < PIECES; i++)
		overwritten += !is_filled(pieces[i], i & 0xff, piece_bytes(i));
	is_u64(misplaced, 0, "all pieces are aligned");
	is_u64(dirty, 0, "all pieces are zeroed");
	is_u64(overwritten, 0, "no piece touches another");
	is_str(arena_copy_text(&arena, "texts are cut", 5), "texts", "a text is copied and terminated");
	ok(!arena_alloc_array(&arena, SIZE_MAX / 4, 8) && !arena_alloc(&arena, SIZE_MAX - 3), "too much is refused");
	arena_free(&arena);
	is_u64(heap_used_bytes(), 0, "all of it is given back");
	ok(arena_alloc(&arena, 100) != NULL, "an empty arena can be used again");
	arena_free(&arena);
	return done();
}
