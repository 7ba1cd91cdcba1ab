/* SPDX-License-Identifier: MIT */
/* source_lines_parts: what the parts of source_lines share. Included by source_lines*.c only. */
#ifndef CONTEND_SOURCE_LINES_PARTS_H
#define CONTEND_SOURCE_LINES_PARTS_H

#include "arena.h"
#include "hash_index.h"
#include "source_lines.h"

/* One segment of code, in one view. */
struct code {
	struct debug_object object; /* its texts are ours */
	const char *root;           /* "" where the view shows our own system */
	uid_t reader;
	bool is_over;      /* it has no name that would be the same tomorrow */
	int64_t failed_ms; /* when that was; 0: it has not failed */
};

/* What is known about one position. */
struct place {
	uint32_t code;
	uint64_t position;
	uint32_t question; /* that it was wanted in last */
	bool is_known;
	const struct source_frame *innermost; /* NULL: nothing */
};

struct source_lines {
	struct source_lines_manner manner;
	struct debug_view view;
	const char *root; /* of the view, as code has it */
	struct code *codes;
	size_t code_count, code_room;
	struct place *places;
	size_t place_count, place_room;
	uint32_t *wanted; /* places that are not known */
	size_t wanted_count, wanted_room;
	uint32_t question;         /* its number */
	struct hash_index numbers; /* of places */
	struct arena arena;
	uint64_t bytes; /* of it, about */
};

/* A copy that lives as long as the frames. NULL: no memory. */
const char *source_lines_keep_text(struct source_lines *lines, const char *text);

#endif
