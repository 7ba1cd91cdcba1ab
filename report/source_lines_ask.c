/* SPDX-License-Identifier: MIT */
/* What is wanted and not known is asked of helpers, object by object. */
#include <errno.h>
#include <time.h>

#include "debug_helper.h"
#include "heap.h"
#include "source_lines_parts.h"

enum { FAILED_MS = 300000 };

/* The frames of one position while they come in. */
struct arriving {
	struct source_lines *lines;
	const uint32_t *numbers; /* of the places that were asked about */
	size_t number;
	struct source_frame *innermost, *outermost;
	int error;
};

static struct source_frame *keep_frame(struct source_lines *lines, const struct debug_frame *frame)
{
	struct source_frame *kept = arena_alloc(&lines->arena, sizeof(*kept));

	if (!kept)
		return NULL;
	lines->bytes += sizeof(*kept);
	kept->name = source_lines_keep_text(lines, frame->name);
	kept->system_name = source_lines_keep_text(lines, frame->system_name);
	kept->file = source_lines_keep_text(lines, frame->file);
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
	if (frame->is_last) {
		arriving->lines->places[arriving->numbers[number]].innermost = arriving->innermost;
		arriving->lines->places[arriving->numbers[number]].is_known = true;
	}
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/* Asks the helper about places of one object. What it did not get to is not known. */
static int ask_helper(struct source_lines *lines, const struct debug_question *question, const uint32_t *numbers)
{
	struct arriving arriving = {.lines = lines, .numbers = numbers};
	struct code *code = &lines->codes[lines->places[numbers[0]].code];
	int error;

	if (lines->manner.progress)
		lines->manner.progress(code->object.path, (size_t)(code - lines->codes) + 1, lines->code_count);
	error = debug_helper_ask(question, take_frame, &arriving);
	code->failed_ms = error ? now_ms() : 0;
	for (size_t i = 0; i < question->count && !error; i++)
		lines->places[numbers[i]].is_known = true;
	return arriving.error;
}

/* Those wanted places that lie in one object. */
static size_t places_of(const struct source_lines *lines, size_t code, uint64_t *out_positions, uint32_t *out_numbers)
{
	size_t count = 0;

	for (size_t i = 0; i < lines->wanted_count; i++)
		if (lines->places[lines->wanted[i]].code == code) {
			out_positions[count] = lines->places[lines->wanted[i]].position;
			out_numbers[count++] = lines->wanted[i];
		}
	return count;
}

/* positions and numbers: room for as many as are wanted. */
static int ask_all(struct source_lines *lines, uint64_t *positions, uint32_t *numbers, size_t *out_failed)
{
	const struct source_lines_manner *manner = &lines->manner;
	int64_t begin_ms = now_ms();
	struct debug_question question = {
		.view = &lines->view, .positions = positions, .limits_downloads = manner->limits_downloads};
	int error = 0;

	for (size_t i = 0; i < lines->code_count && !error; i++) {
		const struct code *code = &lines->codes[i];
		bool has_failed = code->failed_ms && begin_ms - code->failed_ms < FAILED_MS;

		question.object = &code->object;
		question.count = places_of(lines, i, positions, numbers);
		question.limit_ms = manner->limit_ms ? begin_ms + manner->limit_ms - now_ms() : 0;
		if (question.count && !has_failed && (question.limit_ms > 0 || !manner->limit_ms))
			error = ask_helper(lines, &question, numbers);
		*out_failed += question.count && !lines->places[numbers[question.count - 1]].is_known;
	}
	return error;
}

int source_lines_ask(struct source_lines *lines, size_t *out_failed_objects)
{
	uint64_t *positions = heap_alloc_array(lines->wanted_count + 1, sizeof(*positions));
	uint32_t *numbers = heap_alloc_array(lines->wanted_count + 1, sizeof(*numbers));
	size_t failed = 0;
	int error = -ENOMEM;

	if (positions && numbers)
		error = lines->wanted_count ? ask_all(lines, positions, numbers, &failed) : 0;
	if (lines->manner.progress)
		lines->manner.progress(NULL, 0, 0);
	heap_free(positions);
	heap_free(numbers);
	if (!error)
		*out_failed_objects = failed;
	return error;
}
