/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "frame.h"
#include "heap.h"
#include "lock_texts.h"
#include "path.h"
#include "plain_name.h"
#include "sort.h"
#include "symbol_object.h"

enum { TEXT_BYTES = 512 };

/* The variables that are locks: their frames, each once and ascending, so that those of one object are neighbours. */
struct variables {
	const struct snapshot *snapshot;
	const char *root;
	struct arena *texts;
	uint64_t symbols_left;
	size_t count;
	uint64_t *frames, *addresses, *offsets;
	const char **names; /* NULL: no symbol */
};

static bool is_variable(const struct snapshot_lock *lock)
{
	return lock->known_by == LOCK_BY_VARIABLE && frame_module(lock->frame) != FRAME_MODULE_UNKNOWN;
}

static void collect(struct variables *variables)
{
	const struct snapshot *snapshot = variables->snapshot;
	size_t found = 0;

	for (size_t i = 0; i < snapshot->lock_count; i++)
		if (is_variable(&snapshot->locks[i]))
			variables->frames[found++] = snapshot->locks[i].frame;
	sort_words(variables->frames, found);
	for (size_t i = 0; i < found; i++)
		if (i == 0 || variables->frames[i] != variables->frames[i - 1])
			variables->frames[variables->count++] = variables->frames[i];
}

static int search_objects(struct variables *variables)
{
	size_t next;
	int error = 0;

	for (size_t i = 0; i < variables->count && !error; i = next) {
		uint32_t module = frame_module(variables->frames[i]);
		const struct snapshot_module *object = &variables->snapshot->modules[module];

		for (next = i; next < variables->count && frame_module(variables->frames[next]) == module; next++)
			variables->addresses[next] = frame_address(variables->frames[next]) - object->load_bias;
		struct symbol_query query = {.type = SYMBOL_VARIABLE,
					     .addresses = variables->addresses + i,
					     .count = next - i,
					     .names = variables->texts,
					     .symbols_left = &variables->symbols_left};

		error = symbol_object_search(object, variables->root, &query, variables->names + i,
					     variables->offsets + i);
	}
	return error;
}

static const char *write_text(struct arena *texts, const char *format, ...) __attribute__((format(printf, 2, 3)));

static const char *write_text(struct arena *texts, const char *format, ...)
{
	char text[TEXT_BYTES];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	return arena_copy_text(texts, text, strlen(text));
}

/* As its author wrote it, if that can be told. */
static const char *readable(const char *symbol, char out_name[TEXT_BYTES])
{
	return plain_name_write(symbol, out_name, TEXT_BYTES) ? out_name : symbol;
}

/* The object and the object's own address, where no symbol is known. */
static const char *variable_text(const struct variables *variables, uint64_t frame)
{
	size_t number = sort_count_up_to(variables->frames, sizeof(*variables->frames), variables->count, frame) - 1;
	unsigned long long offset = variables->offsets[number];
	char name[TEXT_BYTES];

	if (!variables->names[number])
		return write_text(variables->texts, "%s+0x%llx",
				  path_base(variables->snapshot->modules[frame_module(frame)].path),
				  (unsigned long long)variables->addresses[number]);
	return write_text(variables->texts, offset ? "%s+0x%llx" : "%s", readable(variables->names[number], name),
			  offset);
}

static const char *text_of(const struct variables *variables, const struct symbols *symbols,
			   const struct snapshot_lock *lock)
{
	char name[TEXT_BYTES];

	if (lock->known_by == LOCK_BY_NAME)
		return lock->name;
	if (is_variable(lock))
		return variable_text(variables, lock->frame);
	if (lock_texts_is_code(lock))
		return write_text(variables->texts, "made in %s",
				  readable(symbols_name(symbols, symbols_number(symbols, lock->frame)), name));
	return write_text(variables->texts, "0x%llx", (unsigned long long)frame_address(lock->frame));
}

static int write_all(struct variables *variables, const struct symbols *symbols, const char **out_texts)
{
	const struct snapshot *snapshot = variables->snapshot;
	int error;

	collect(variables);
	error = search_objects(variables);
	for (size_t i = 0; i < snapshot->lock_count && !error; i++) {
		out_texts[i] = NULL;
		if (snapshot->locks[i].known_by == LOCK_KNOWN_COUNT)
			continue;
		out_texts[i] = text_of(variables, symbols, &snapshot->locks[i]);
		error = out_texts[i] ? 0 : -ENOMEM;
	}
	return error;
}

int lock_texts_resolve(const struct snapshot *snapshot, const char *root, const struct symbols *symbols,
		       struct arena *texts, const char **out_texts)
{
	size_t count = snapshot->lock_count + 1;
	struct variables variables = {.snapshot = snapshot,
				      .root = root,
				      .texts = texts,
				      .symbols_left = SYMBOL_OBJECT_LIMIT,
				      .frames = heap_alloc_array(count, sizeof(uint64_t)),
				      .addresses = heap_alloc_array(count, sizeof(uint64_t)),
				      .offsets = heap_alloc_array(count, sizeof(uint64_t)),
				      .names = heap_alloc_array(count, sizeof(const char *))};
	int error = -ENOMEM;

	if (variables.frames && variables.addresses && variables.offsets && variables.names)
		error = write_all(&variables, symbols, out_texts);
	heap_free(variables.frames);
	heap_free(variables.addresses);
	heap_free(variables.offsets);
	heap_free(variables.names);
	return error;
}
