/* SPDX-License-Identifier: MIT */
/* source_lines: what debug information says of code, inlined functions included, remembered.
 *
 * Called from   the tool; the library does not have it. One at a time; may take seconds, and the network's time where
 *               DEBUGINFOD_URLS is set. Forks (debug_helper.h).
 * Code          is a position in the file of an object, so that what was found out for one process is known of others that have the
 *               same object, by its build id and path. An object without build id is asked about anew each time.
 * Memory        private heap; once it is more than SOURCE_LINES_BYTES all is forgotten, by source_lines_begin.
 * Damage        an object whose debug information could not be read to its end is not asked about for five minutes: it may take all
 *               the time that there is. What a question had no time for, the next one asks.
 */
#ifndef CONTEND_SOURCE_LINES_H
#define CONTEND_SOURCE_LINES_H

#include <stddef.h>
#include <stdint.h>

#include "debug_lines.h"

#define SOURCE_LINES_BYTES (UINT64_C(64) << 20)

/* A function at a position, innermost first. */
struct source_frame {
	const struct source_frame *outer; /* the one it was inlined into; NULL for the one that was compiled */
	const char *name;                 /* "" if it is not known */
	const char *system_name;
	const char *file;
	uint32_t line, start_line;
};

struct source_lines;

struct source_lines_manner {
	/* Before object `number` of `count` is read; after the last one, with NULL. NULL: nobody wants to know. */
	void (*progress)(const char *path, size_t number, size_t count);
	int64_t limit_ms;      /* for a question; 0: for each object as long as debug_helper allows */
	bool limits_downloads; /* else these have their own limit besides */
};

/* NULL: no memory. */
struct source_lines *source_lines_new(const struct source_lines_manner *manner);

/* source_lines_free(NULL) does nothing. */
void source_lines_free(struct source_lines *lines);

/* What follows is about objects as this view shows them. Frames that were found before may be gone. */
void source_lines_begin(struct source_lines *lines, const struct debug_view *view);

/* Somebody wants to know about the code at this position. The object's texts are copied. 0 or -ENOMEM. */
int source_lines_want(struct source_lines *lines, const struct debug_object *object, uint64_t position);

/* Finds out what is wanted and not known. *out_failed_objects: of how many that was wanted the debug information could not be
 * read to its end. 0 or -ENOMEM. */
int source_lines_ask(struct source_lines *lines, size_t *out_failed_objects);

/* The functions at a position; NULL: not known. They live until source_lines_begin. */
const struct source_frame *source_lines_find(const struct source_lines *lines, const struct debug_object *object,
					     uint64_t position);

#endif
