/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "frame.h"
#include "hash_index.h"
#include "heap.h"
#include "path.h"
#include "sort.h"
#include "symbol_search.h"
#include "symbols.h"

struct symbols {
	struct arena arena;
	uint64_t *frames; /* distinct, ascending */
	const char **names;
	size_t count;
	size_t room; /* in frames, while they are collected */
	struct hash_index numbers;
	uint64_t symbols_left;
};

/* Entries of symbol tables, of all objects together: several times what the largest programs have, a second's work. */
#define SYMBOLS_LIMIT (UINT64_C(1) << 26)

/* What is known while the frames of one object are named. */
struct object {
	const struct snapshot_module *module;
	const char *root;
	uint64_t *addresses; /* ascending, as the object numbers them */
	const char **names;
	size_t count;
};

struct frame_wanted {
	const uint64_t *frames;
	uint64_t frame;
};

static bool frame_is_same(const void *wanted, uint32_t number)
{
	const struct frame_wanted *frame = wanted;

	return frame->frames[number] == frame->frame;
}

static bool symbols_find(const struct symbols *symbols, uint64_t frame, uint32_t *out_number)
{
	struct frame_wanted wanted = {.frames = symbols->frames, .frame = frame};

	return hash_index_find(&symbols->numbers, hash_index_words(&frame, 1), frame_is_same, &wanted, out_number);
}

static int symbols_collect_frame(struct symbols *symbols, uint64_t frame)
{
	uint32_t number;

	if (symbols_find(symbols, frame, &number))
		return 0;
	if (symbols->count == symbols->room) {
		size_t room = symbols->room ? symbols->room * 2 : 1024;
		uint64_t *frames = heap_resize(symbols->frames, room * sizeof(*frames));

		if (!frames)
			return -ENOMEM;
		symbols->frames = frames;
		symbols->room = room;
	}
	symbols->frames[symbols->count] = frame;
	return hash_index_add(&symbols->numbers, hash_index_words(&frame, 1), symbols->count++);
}

static int symbols_collect_frames(struct symbols *symbols, const uint64_t *frames, size_t depth)
{
	int error = 0;

	for (size_t i = 0; i < depth && !error; i++)
		error = symbols_collect_frame(symbols, frames[i]);
	return error;
}

/* All distinct frames, and their numbers once they are in order. */
static int symbols_collect(struct symbols *symbols, const struct snapshot *snapshot)
{
	int error = 0;

	for (size_t i = 0; i < snapshot->sample_count && !error; i++) {
		const struct snapshot_sample *sample = &snapshot->samples[i];

		error = symbols_collect_frames(symbols, sample->frames, sample->depth);
		if (!error)
			error = symbols_collect_frames(symbols, sample->waiter_frames, sample->waiter_depth);
	}
	if (error)
		return error;
	sort_words(symbols->frames, symbols->count);
	hash_index_free(&symbols->numbers);
	for (size_t i = 0; i < symbols->count && !error; i++)
		error = hash_index_add(&symbols->numbers, hash_index_words(&symbols->frames[i], 1), i);
	return error;
}

/* The region keeps the first MODULES_BUILD_ID_BYTES of a longer one. */
static bool object_is_file(const struct object *object, const struct elf_file *file)
{
	size_t bytes = file->build_id_bytes < MODULES_BUILD_ID_BYTES ? file->build_id_bytes : MODULES_BUILD_ID_BYTES;

	if (object->module->build_id_bytes == 0)
		return true;
	return bytes == object->module->build_id_bytes && memcmp(file->build_id, object->module->build_id, bytes) == 0;
}

/* A table that cannot be read leaves addresses without names; only memory is worth giving up for. */
static int search_tables(struct symbol_search *search, const struct elf_file *file)
{
	int symtab_error = symbol_search_table(search, file, SHT_SYMTAB);
	int dynsym_error = symbol_search_table(search, file, SHT_DYNSYM);

	return symtab_error == -ENOMEM || dynsym_error == -ENOMEM ? -ENOMEM : 0;
}

static int search_debug_file(struct symbol_search *search, const struct object *object)
{
	struct elf_file file;
	int error = elf_file_open_debug(object->root, object->module->build_id, object->module->build_id_bytes, &file);

	if (error)
		return error == -ENOMEM ? error : 0;
	error = object_is_file(object, &file) ? search_tables(search, &file) : 0;
	elf_file_close(&file);
	return error;
}

/* Searches the object's own file. *out_has_all: its symbol table was there, so that a debug file has no more names. */
static int search_object_file(struct symbol_search *search, const struct object *object, bool *out_has_all)
{
	const char *path = object->module->path;
	struct elf_file file;
	int error = path[0] == '/' ? elf_file_open(object->root, path, &file) : -ENOENT;

	if (error)
		return error == -ENOMEM ? error : 0;
	if (object_is_file(object, &file)) {
		error = search_tables(search, &file);
		*out_has_all = elf_file_section(&file, SHT_SYMTAB) != NULL;
	}
	elf_file_close(&file);
	return error;
}

static int object_search(const struct object *object, struct symbols *symbols)
{
	struct symbol_search search;
	bool has_all = false;
	int error =
		symbol_search_new(&search, object->addresses, object->count, &symbols->arena, &symbols->symbols_left);

	if (error)
		return error;
	error = search_object_file(&search, object, &has_all);
	if (!error && !has_all)
		error = search_debug_file(&search, object);
	if (!error)
		symbol_search_finish(&search, object->names);
	symbol_search_free(&search);
	return error;
}

static const char *name_from_address(struct arena *arena, const char *object_path, uint64_t address)
{
	const char *base = path_base(object_path);
	size_t room = strlen(base) + sizeof("+0x0123456789abcdef");
	char *name = arena_alloc(arena, room);

	if (name)
		snprintf(name, room, "%s+0x%llx", base, (unsigned long long)address);
	return name;
}

/* Names the frames of one object, which are neighbours: all have the same module number. */
static int symbols_name_object(struct symbols *symbols, struct object *object, size_t first)
{
	int error;

	object->names = symbols->names + first;
	object->addresses = heap_alloc_array(object->count, sizeof(*object->addresses));
	if (!object->addresses)
		return -ENOMEM;
	for (size_t i = 0; i < object->count; i++)
		object->addresses[i] = frame_address(symbols->frames[first + i]) - object->module->load_bias;
	error = object_search(object, symbols);
	for (size_t i = 0; i < object->count && !error; i++) {
		if (!object->names[i])
			object->names[i] =
				name_from_address(&symbols->arena, object->module->path, object->addresses[i]);
		error = object->names[i] ? 0 : -ENOMEM;
	}
	heap_free(object->addresses);
	return error;
}

static const char *pseudo_name(struct arena *arena, uint64_t frame)
{
	if (frame == frame_make(FRAME_MODULE_PSEUDO, FRAME_TRUNCATED))
		return "[truncated]";
	if (frame == frame_make(FRAME_MODULE_PSEUDO, FRAME_OVERFLOW))
		return "[overflow]";
	return name_from_address(arena, "[unknown]", frame_address(frame));
}

static int symbols_name_all(struct symbols *symbols, const struct snapshot *snapshot, const char *root)
{
	size_t next;
	int error = 0;

	for (size_t i = 0; i < symbols->count && !error; i = next) {
		uint32_t module = frame_module(symbols->frames[i]);

		next = i + 1;
		if (module == FRAME_MODULE_UNKNOWN || module >= snapshot->module_count) {
			symbols->names[i] = pseudo_name(&symbols->arena, symbols->frames[i]);
			error = symbols->names[i] ? 0 : -ENOMEM;
			continue;
		}
		while (next < symbols->count && frame_module(symbols->frames[next]) == module)
			next++;
		struct object object = {.module = &snapshot->modules[module], .root = root, .count = next - i};

		error = symbols_name_object(symbols, &object, i);
	}
	return error;
}

int symbols_resolve(const struct snapshot *snapshot, const char *root, struct symbols **out_symbols)
{
	struct symbols *symbols = heap_alloc_array(1, sizeof(*symbols));
	int error;

	if (!symbols)
		return -ENOMEM;
	symbols->symbols_left = SYMBOLS_LIMIT;
	error = symbols_collect(symbols, snapshot);
	if (!error) {
		symbols->names = heap_alloc_array(symbols->count, sizeof(*symbols->names));
		error = symbols->names ? symbols_name_all(symbols, snapshot, root) : -ENOMEM;
	}
	if (error)
		symbols_free(symbols);
	else
		*out_symbols = symbols;
	return error;
}

void symbols_free(struct symbols *symbols)
{
	if (!symbols)
		return;
	arena_free(&symbols->arena);
	hash_index_free(&symbols->numbers);
	heap_free(symbols->frames);
	heap_free(symbols->names);
	heap_free(symbols);
}

size_t symbols_count(const struct symbols *symbols)
{
	return symbols->count;
}

uint32_t symbols_number(const struct symbols *symbols, uint64_t frame)
{
	uint32_t number = 0;

	(void)symbols_find(symbols, frame, &number);
	return number;
}

uint64_t symbols_frame(const struct symbols *symbols, uint32_t number)
{
	return symbols->frames[number];
}

const char *symbols_name(const struct symbols *symbols, uint32_t number)
{
	return symbols->names[number];
}
