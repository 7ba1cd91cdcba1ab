/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "debug_helper.h"
#include "heap.h"
#include "sort.h"
#include "symbolize.h"
#include "symbolize_parts.h"

/* The addresses of one object, and what is known about each. */
struct code {
	struct debug_object object;
	uint64_t *addresses; /* ascending, once all are collected */
	size_t count, room;
	const struct source_frame **frames; /* of each address, the innermost; NULL: not known */
};

struct symbolizing {
	const struct symbolize_order *order;
	struct code *codes;
	size_t code_count, code_room;
	struct symbolize_result result;
};

/* The frames of one address while they come in. */
struct arriving {
	struct code *code;
	struct arena *arena;
	size_t number;
	struct source_frame *innermost, *outermost;
	int error;
};

static bool is_object(const struct debug_object *object, const Profile *profile, const Mapping *mapping)
{
	return object->start == mapping->memory_start && object->limit == mapping->memory_limit &&
	       object->file_offset == mapping->file_offset &&
	       strcmp(object->path, profile->string_table[mapping->filename]) == 0 &&
	       strcmp(object->build_id, profile->string_table[mapping->build_id]) == 0;
}

static struct code *find_code(const struct symbolizing *symbolizing, const Profile *profile, const Mapping *mapping)
{
	for (size_t i = 0; i < symbolizing->code_count; i++)
		if (is_object(&symbolizing->codes[i].object, profile, mapping))
			return &symbolizing->codes[i];
	return NULL;
}

/* Makes room for one more entry in an array that has `room`. */
static int grow(void **array, size_t count, size_t *room, size_t entry_bytes)
{
	size_t more = *room ? *room * 2 : 64;
	void *larger;

	if (count < *room)
		return 0;
	larger = heap_resize(*array, more * entry_bytes);
	if (!larger)
		return -ENOMEM;
	*array = larger;
	*room = more;
	return 0;
}

static struct code *add_code(struct symbolizing *symbolizing, const Profile *profile, const Mapping *mapping)
{
	if (grow((void **)&symbolizing->codes, symbolizing->code_count, &symbolizing->code_room, sizeof(struct code)))
		return NULL;
	struct code *code = &symbolizing->codes[symbolizing->code_count++];

	*code = (struct code){.object = {.path = profile->string_table[mapping->filename],
					 .build_id = profile->string_table[mapping->build_id],
					 .start = mapping->memory_start,
					 .limit = mapping->memory_limit,
					 .file_offset = mapping->file_offset}};
	return code;
}

static bool is_inside(const Mapping *mapping, uint64_t address)
{
	return address >= mapping->memory_start && address < mapping->memory_limit;
}

static int collect_location(struct symbolizing *symbolizing, const Profile *profile, const Location *location)
{
	const Mapping *mapping = profile->mapping[location->mapping_id - 1];
	struct code *code;
	int error;

	if (!is_inside(mapping, location->address) || profile->string_table[mapping->filename][0] != '/')
		return 0;
	code = find_code(symbolizing, profile, mapping);
	if (!code)
		code = add_code(symbolizing, profile, mapping);
	if (!code)
		return -ENOMEM;
	error = grow((void **)&code->addresses, code->count, &code->room, sizeof(*code->addresses));
	if (!error)
		code->addresses[code->count++] = location->address;
	return error;
}

static int collect(struct symbolizing *symbolizing, const Profile *profile)
{
	int error = 0;

	for (size_t i = 0; i < profile->n_location && !error; i++) {
		const Location *location = profile->location[i];

		if (location->mapping_id == 0 || location->address == 0)
			continue;
		symbolizing->result.locations++;
		if (symbolize_is_wanting(location))
			error = collect_location(symbolizing, profile, location);
		else
			symbolizing->result.had_lines++;
	}
	return error;
}

static void sort_addresses(struct code *code)
{
	size_t kept = 0;

	sort_words(code->addresses, code->count);
	for (size_t i = 0; i < code->count; i++)
		if (i == 0 || code->addresses[i] != code->addresses[kept - 1])
			code->addresses[kept++] = code->addresses[i];
	code->count = kept;
}

static struct source_frame *copy_frame(struct arena *arena, const struct debug_frame *frame)
{
	struct source_frame *copy = arena_alloc(arena, sizeof(*copy));

	if (!copy)
		return NULL;
	copy->name = arena_copy_text(arena, frame->name, strlen(frame->name));
	copy->system_name = arena_copy_text(arena, frame->system_name, strlen(frame->system_name));
	copy->file = arena_copy_text(arena, frame->file, strlen(frame->file));
	copy->line = frame->line;
	copy->start_line = frame->start_line;
	return copy->name && copy->system_name && copy->file ? copy : NULL;
}

/* A chain counts when its last frame is there: what a helper that died left half told is dropped. */
static void take_frame(size_t number, const struct debug_frame *frame, void *argument)
{
	struct arriving *arriving = argument;
	struct source_frame *copy = copy_frame(arriving->arena, frame);

	if (!copy) {
		arriving->error = -ENOMEM;
		return;
	}
	if (number != arriving->number || !arriving->outermost)
		arriving->innermost = copy;
	else
		arriving->outermost->outer = copy;
	arriving->number = number;
	arriving->outermost = frame->is_last ? NULL : copy;
	if (frame->is_last)
		arriving->code->frames[number] = arriving->innermost;
}

static int ask(struct symbolizing *symbolizing, struct code *code)
{
	struct arriving arriving = {.code = code, .arena = symbolizing->order->arena};

	sort_addresses(code);
	code->frames = heap_alloc_array(code->count, sizeof(*code->frames));
	if (!code->frames)
		return -ENOMEM;
	if (symbolizing->order->progress)
		symbolizing->order->progress(code->object.path, (size_t)(code - symbolizing->codes) + 1,
					     symbolizing->code_count);
	if (debug_helper_ask(&symbolizing->order->view, &code->object, code->addresses, code->count, take_frame,
			     &arriving))
		symbolizing->result.failed_objects++;
	return arriving.error;
}

static const struct source_frame *find_frames(const void *argument, const Profile *profile, const Location *location)
{
	const struct symbolizing *symbolizing = argument;
	const struct code *code = find_code(symbolizing, profile, profile->mapping[location->mapping_id - 1]);
	size_t low = 0, high = code ? code->count : 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (code->addresses[middle] == location->address)
			return code->frames[middle];
		if (code->addresses[middle] < location->address)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static size_t locations_with_lines(const Profile *profile)
{
	size_t count = 0;

	for (size_t i = 0; i < profile->n_location; i++) {
		const Location *location = profile->location[i];

		count += location->mapping_id && location->address && !symbolize_is_wanting(location);
	}
	return count;
}

/* All are rewritten before one is replaced. */
static int rewrite_all(struct symbolizing *symbolizing, Profile **profiles, size_t count)
{
	struct symbolize_lookup lookup = {.find = find_frames, .argument = symbolizing};
	Profile **written = heap_alloc_array(count, sizeof(Profile *));
	size_t with_lines = 0;
	int error = written ? 0 : -ENOMEM;

	for (size_t i = 0; i < count && !error; i++)
		if (profiles[i])
			error = symbolize_message(profiles[i], &lookup, symbolizing->order->arena, &written[i]);
	for (size_t i = 0; i < count && !error; i++)
		if (profiles[i]) {
			profiles[i] = written[i];
			with_lines += locations_with_lines(written[i]);
		}
	heap_free(written);
	symbolizing->result.got_lines = with_lines - symbolizing->result.had_lines;
	return error;
}

static void free_codes(struct symbolizing *symbolizing)
{
	for (size_t i = 0; i < symbolizing->code_count; i++) {
		heap_free(symbolizing->codes[i].addresses);
		heap_free(symbolizing->codes[i].frames);
	}
	heap_free(symbolizing->codes);
}

int symbolize_profiles(Profile **profiles, size_t count, const struct symbolize_order *order,
		       struct symbolize_result *out_result)
{
	struct symbolizing symbolizing = {.order = order};
	int error = 0;

	for (size_t i = 0; i < count && !error; i++)
		if (profiles[i])
			error = collect(&symbolizing, profiles[i]);
	for (size_t i = 0; i < symbolizing.code_count && !error; i++)
		error = ask(&symbolizing, &symbolizing.codes[i]);
	if (!error)
		error = rewrite_all(&symbolizing, profiles, count);
	if (!error)
		*out_result = symbolizing.result;
	free_codes(&symbolizing);
	return error;
}
