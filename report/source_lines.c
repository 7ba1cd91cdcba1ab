/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "arena.h"
#include "debug_helper.h"
#include "debug_view.h"
#include "hash_index.h"
#include "heap.h"
#include "source_lines.h"

enum { FAILED_SECONDS = 300 };

/* One segment of code, in one view. */
struct code {
	struct debug_object object; /* its texts are ours */
	const char *root;           /* "" where the view shows our own system */
	uid_t reader;
	bool is_wanted, is_over; /* over: it has no name that would be the same tomorrow */
	bool has_failed;
	time_t failed_s;
};

/* What is known about one position. */
struct place {
	uint32_t code;
	uint64_t position;
	const struct source_frame *innermost; /* NULL: nothing */
};

struct source_lines {
	struct source_lines_manner manner;
	struct debug_view view;
	const char *root; /* of the view, as code has it */
	struct code *codes;
	size_t code_count, code_room;
	struct place *places; /* those before `known` were asked about */
	size_t known, place_count, place_room;
	struct hash_index numbers; /* of places */
	struct arena arena;
	uint64_t bytes; /* of it, about */
};

/* The frames of one position while they come in. */
struct arriving {
	struct source_lines *lines;
	const uint32_t *numbers; /* of the places that were asked about */
	size_t number;
	struct source_frame *innermost, *outermost;
	int error;
};

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
	*lines = (struct source_lines){.manner = lines->manner};
}

void source_lines_free(struct source_lines *lines)
{
	if (!lines)
		return;
	forget(lines);
	heap_free(lines);
}

static const char *keep_text(struct source_lines *lines, const char *text)
{
	size_t bytes = strlen(text);

	lines->bytes += bytes + 1;
	return arena_copy_text(&lines->arena, text, bytes);
}

void source_lines_begin(struct source_lines *lines, const struct debug_view *view)
{
	if (lines->bytes + lines->place_room * sizeof(*lines->places) > SOURCE_LINES_BYTES)
		forget(lines);
	for (size_t i = 0; i < lines->code_count; i++) {
		lines->codes[i].is_over |= !lines->codes[i].object.build_id[0];
		lines->codes[i].is_wanted = false;
	}
	lines->known = lines->place_count;
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
	struct code code = {.object = *object, .reader = lines->view.reader, .root = keep_text(lines, lines->root)};

	code.object.path = keep_text(lines, object->path);
	code.object.build_id = keep_text(lines, object->build_id);
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

int source_lines_want(struct source_lines *lines, const struct debug_object *object, uint64_t position)
{
	size_t code = find_code(lines, object);
	uint32_t number;
	int error = code == lines->code_count ? add_code(lines, object) : 0;

	if (error)
		return error;
	lines->codes[code].is_wanted = true;
	if (find_place(lines, code, position, &number))
		return 0;
	if (heap_grow((void **)&lines->places, lines->place_count, &lines->place_room, sizeof(*lines->places)))
		return -ENOMEM;
	lines->places[lines->place_count] = (struct place){.code = (uint32_t)code, .position = position};
	return hash_index_add(&lines->numbers, place_hash(code, position), (uint32_t)lines->place_count++);
}

static struct source_frame *keep_frame(struct source_lines *lines, const struct debug_frame *frame)
{
	struct source_frame *kept = arena_alloc(&lines->arena, sizeof(*kept));

	if (!kept)
		return NULL;
	lines->bytes += sizeof(*kept);
	kept->name = keep_text(lines, frame->name);
	kept->system_name = keep_text(lines, frame->system_name);
	kept->file = keep_text(lines, frame->file);
	kept->line = frame->line;
	kept->start_line = frame->start_line;
	return kept->name && kept->system_name && kept->file ? kept : NULL;
}

/* A chain counts when its last frame is there: what a helper that died left half told is dropped. */
static void take_frame(size_t number, const struct debug_frame *frame, void *argument)
{
	struct arriving *arriving = argument;
	struct source_frame *kept = keep_frame(arriving->lines, frame);

	if (!kept) {
		arriving->error = -ENOMEM;
		return;
	}
	if (number != arriving->number || !arriving->outermost)
		arriving->innermost = kept;
	else
		arriving->outermost->outer = kept;
	arriving->number = number;
	arriving->outermost = frame->is_last ? NULL : kept;
	if (frame->is_last)
		arriving->lines->places[arriving->numbers[number]].innermost = arriving->innermost;
}

static time_t now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/* positions and numbers: room for as many as there are places that nobody asked about. */
static int ask_code(struct source_lines *lines, size_t number, uint64_t *positions, uint32_t *numbers)
{
	struct code *code = &lines->codes[number];
	struct arriving arriving = {.lines = lines, .numbers = numbers};
	struct debug_question question = {.view = &lines->view,
					  .object = &code->object,
					  .positions = positions,
					  .limit_ms = lines->manner.limit_ms,
					  .limits_downloads = lines->manner.limits_downloads};

	for (size_t i = lines->known; i < lines->place_count; i++)
		if (lines->places[i].code == number) {
			positions[question.count] = lines->places[i].position;
			numbers[question.count++] = (uint32_t)i;
		}
	if (!question.count || (code->has_failed && now_s() - code->failed_s < FAILED_SECONDS))
		return 0;
	if (lines->manner.progress)
		lines->manner.progress(code->object.path, number + 1, lines->code_count);
	code->has_failed = debug_helper_ask(&question, take_frame, &arriving) != 0;
	code->failed_s = now_s();
	return arriving.error;
}

int source_lines_ask(struct source_lines *lines, size_t *out_failed_objects)
{
	size_t wanted = lines->place_count - lines->known, failed = 0;
	uint64_t *positions = heap_alloc_array(wanted + 1, sizeof(*positions));
	uint32_t *numbers = heap_alloc_array(wanted + 1, sizeof(*numbers));
	int error = positions && numbers ? 0 : -ENOMEM;

	for (size_t i = 0; i < lines->code_count && !error; i++) {
		if (wanted)
			error = ask_code(lines, i, positions, numbers);
		failed += lines->codes[i].is_wanted && lines->codes[i].has_failed;
	}
	if (lines->manner.progress)
		lines->manner.progress(NULL, 0, 0);
	heap_free(positions);
	heap_free(numbers);
	lines->known = lines->place_count;
	if (!error)
		*out_failed_objects = failed;
	return error;
}

const struct source_frame *source_lines_find(const struct source_lines *lines, const struct debug_object *object,
					     uint64_t position)
{
	size_t code = find_code(lines, object);
	uint32_t number;

	return code < lines->code_count && find_place(lines, code, position, &number) ? lines->places[number].innermost
										      : NULL;
}
