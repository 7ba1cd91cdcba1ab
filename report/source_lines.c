/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "debug_view.h"
#include "heap.h"
#include "source_lines_parts.h"

struct source_lines *source_lines_new(const struct source_lines_manner *manner)
{
	struct source_lines *lines = heap_alloc_array(1, sizeof(*lines));

	if (lines)
		lines->manner = *manner;
	return lines;
}

static void forget(struct source_lines *lines)
{
	arena_free(&lines->arena);
	hash_index_free(&lines->numbers);
	heap_free(lines->codes);
	heap_free(lines->places);
	heap_free(lines->wanted);
	*lines = (struct source_lines){.manner = lines->manner, .question = lines->question};
}

void source_lines_free(struct source_lines *lines)
{
	if (!lines)
		return;
	forget(lines);
	heap_free(lines);
}

const char *source_lines_keep_text(struct source_lines *lines, const char *text)
{
	size_t bytes = strlen(text);

	lines->bytes += bytes + 1;
	return arena_copy_text(&lines->arena, text, bytes);
}

void source_lines_begin(struct source_lines *lines, const struct debug_view *view)
{
	if (lines->bytes + lines->place_room * sizeof(*lines->places) > SOURCE_LINES_BYTES)
		forget(lines);
	for (size_t i = 0; i < lines->code_count; i++)
		lines->codes[i].is_over |= !lines->codes[i].object.build_id[0];
	lines->wanted_count = 0;
	lines->question++;
	lines->view = *view;
	lines->root = debug_view_is_elsewhere(view) ? view->root : "";
}

static bool is_code(const struct source_lines *lines, const struct code *code, const struct debug_object *object)
{
	return !code->is_over && code->object.file_offset == object->file_offset &&
	       code->reader == lines->view.reader && strcmp(code->object.build_id, object->build_id) == 0 &&
	       strcmp(code->object.path, object->path) == 0 && strcmp(code->root, lines->root) == 0;
}

/* The number of the object; code_count if it is a new one. */
static size_t find_code(const struct source_lines *lines, const struct debug_object *object)
{
	size_t i = 0;

	while (i < lines->code_count && !is_code(lines, &lines->codes[i], object))
		i++;
	return i;
}

static int add_code(struct source_lines *lines, const struct debug_object *object)
{
	struct code code = {
		.object = *object, .reader = lines->view.reader, .root = source_lines_keep_text(lines, lines->root)};

	code.object.path = source_lines_keep_text(lines, object->path);
	code.object.build_id = source_lines_keep_text(lines, object->build_id);
	if (!code.root || !code.object.path || !code.object.build_id ||
	    heap_grow((void **)&lines->codes, lines->code_count, &lines->code_room, sizeof(code)))
		return -ENOMEM;
	lines->codes[lines->code_count++] = code;
	return 0;
}

struct place_wanted {
	const struct source_lines *lines;
	size_t code;
	uint64_t position;
};

static bool place_is_same(const void *wanted, uint32_t number)
{
	const struct place_wanted *place = wanted;
	const struct place *found = &place->lines->places[number];

	return found->code == place->code && found->position == place->position;
}

static uint64_t place_hash(size_t code, uint64_t position)
{
	return hash_index_words((uint64_t[]){code, position}, 2);
}

static bool find_place(const struct source_lines *lines, size_t code, uint64_t position, uint32_t *out_number)
{
	struct place_wanted wanted = {.lines = lines, .code = code, .position = position};

	return hash_index_find(&lines->numbers, place_hash(code, position), place_is_same, &wanted, out_number);
}

static int add_place(struct source_lines *lines, size_t code, uint64_t position, uint32_t *out_number)
{
	int error = heap_grow((void **)&lines->places, lines->place_count, &lines->place_room, sizeof(*lines->places));

	if (!error)
		error = hash_index_add(&lines->numbers, place_hash(code, position), (uint32_t)lines->place_count);
	if (error)
		return error;
	lines->places[lines->place_count] = (struct place){.code = (uint32_t)code, .position = position};
	*out_number = (uint32_t)lines->place_count++;
	return 0;
}

int source_lines_want(struct source_lines *lines, const struct debug_object *object, uint64_t position)
{
	size_t code = find_code(lines, object);
	struct place *place;
	uint32_t number;
	int error = code == lines->code_count ? add_code(lines, object) : 0;

	if (!error && !find_place(lines, code, position, &number))
		error = add_place(lines, code, position, &number);
	if (error)
		return error;
	place = &lines->places[number];
	if (place->is_known || place->question == lines->question)
		return 0;
	if (heap_grow((void **)&lines->wanted, lines->wanted_count, &lines->wanted_room, sizeof(number)))
		return -ENOMEM;
	place->question = lines->question;
	lines->wanted[lines->wanted_count++] = number;
	return 0;
}

const struct source_frame *source_lines_find(const struct source_lines *lines, const struct debug_object *object,
					     uint64_t position)
{
	size_t code = find_code(lines, object);
	uint32_t number;

	return code < lines->code_count && find_place(lines, code, position, &number) ? lines->places[number].innermost
										      : NULL;
}
