/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "frame.h"
#include "hash_index.h"
#include "heap.h"
#include "lock_texts.h"
#include "path.h"
#include "sort.h"
#include "symbol_object.h"
#include "symbols.h"

struct symbols {
	struct arena arena;
	uint64_t *frames; /* distinct, ascending */
	const char **names;
	const char **locks; /* texts, by number less 1 */
	size_t lock_count;
	size_t count;
	size_t room; /* in frames, while they are collected */
	struct hash_index numbers;
	uint64_t symbols_left;
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
	if (heap_grow((void **)&symbols->frames, symbols->count, &symbols->room, sizeof(frame)))
		return -ENOMEM;
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
	for (size_t i = 0; i < snapshot->lock_count && !error; i++)
		if (lock_texts_is_code(&snapshot->locks[i]))
			error = symbols_collect_frame(symbols, snapshot->locks[i].frame);
	if (error)
		return error;
	sort_words(symbols->frames, symbols->count);
	hash_index_free(&symbols->numbers);
	for (size_t i = 0; i < symbols->count && !error; i++)
		error = hash_index_add(&symbols->numbers, hash_index_words(&symbols->frames[i], 1), i);
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

/* Names `count` frames from number `first` on, which all lie in one object. */
static int symbols_name_object(struct symbols *symbols, const struct snapshot_module *module, const char *root,
			       size_t first, size_t count)
{
	uint64_t *addresses = heap_alloc_array(count, sizeof(*addresses));
	uint64_t *offsets = heap_alloc_array(count, sizeof(*offsets));
	const char **names = symbols->names + first;
	struct symbol_query query = {.addresses = addresses,
				     .count = count,
				     .names = &symbols->arena,
				     .symbols_left = &symbols->symbols_left};
	int error = addresses && offsets ? 0 : -ENOMEM;

	for (size_t i = 0; i < count && !error; i++)
		addresses[i] = frame_address(symbols->frames[first + i]) - module->load_bias;
	if (!error)
		error = symbol_object_search(module, root, &query, names, offsets);
	for (size_t i = 0; i < count && !error; i++) {
		if (!names[i])
			names[i] = name_from_address(&symbols->arena, module->path, addresses[i]);
		error = names[i] ? 0 : -ENOMEM;
	}
	heap_free(addresses);
	heap_free(offsets);
	return error;
}

static const char *pseudo_name(struct arena *arena, uint64_t frame)
{
	if (frame_is_pseudo(frame, FRAME_TRUNCATED))
		return "[truncated]";
	if (frame_is_pseudo(frame, FRAME_OVERFLOW))
		return "[overflow]";
	if (frame_is_pseudo(frame, FRAME_HELD))
		return "[still held]";
	if (frame_is_pseudo(frame, FRAME_BLOCKED))
		return "[blocked by]";
	if (frame_is_pseudo(frame, FRAME_UNSEEN))
		return "[waiter unknown]";
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
		error = symbols_name_object(symbols, &snapshot->modules[module], root, i, next - i);
	}
	return error;
}

static int symbols_name_locks(struct symbols *symbols, const struct snapshot *snapshot, const char *root)
{
	symbols->lock_count = snapshot->lock_count;
	symbols->locks = arena_alloc_array(&symbols->arena, symbols->lock_count, sizeof(*symbols->locks));
	return symbols->locks ? lock_texts_resolve(snapshot, root, symbols, &symbols->arena, symbols->locks) : -ENOMEM;
}

int symbols_resolve(const struct snapshot *snapshot, const char *root, struct symbols **out_symbols)
{
	struct symbols *symbols = heap_alloc_array(1, sizeof(*symbols));
	int error;

	if (!symbols)
		return -ENOMEM;
	symbols->symbols_left = SYMBOL_OBJECT_LIMIT;
	error = symbols_collect(symbols, snapshot);
	if (!error) {
		symbols->names = heap_alloc_array(symbols->count, sizeof(*symbols->names));
		error = symbols->names ? symbols_name_all(symbols, snapshot, root) : -ENOMEM;
	}
	if (!error)
		error = symbols_name_locks(symbols, snapshot, root);
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

const char *symbols_name(const struct symbols *symbols, uint32_t number)
{
	return symbols->names[number];
}

const char *symbols_lock(const struct symbols *symbols, uint32_t number)
{
	const char *text = number > 0 && number <= symbols->lock_count ? symbols->locks[number - 1] : NULL;

	return text ? text : "";
}
