/* SPDX-License-Identifier: MIT */
/* checked_region: a copy of this test program's own region (real_region.h), to be damaged, and what the check says of it. Included by
 * the test program, once. */
#ifndef CONTEND_TESTS_CHECKED_REGION_H
#define CONTEND_TESTS_CHECKED_REGION_H

#include <stddef.h>
#include <string.h>

#include "heap.h"
#include "real_region.h"
#include "region_check.h"
#include "region_layout.h"

enum { LINES_BYTES = 100000 };

static struct region_file model;
static struct region *region; /* the copy that is damaged */
static struct region_layout layout;

/* The lines of one check, each followed by a newline. */
static struct {
	char text[LINES_BYTES];
	size_t bytes;
} lines;

static void keep_line(const char *line, void *unused)
{
	(void)unused;
	if (lines.bytes < LINES_BYTES)
		lines.bytes += (size_t)snprintf(lines.text + lines.bytes, LINES_BYTES - lines.bytes, "%s\n", line);
}

static unsigned check_as(enum region_check_state state, struct region_check_summary *out_summary)
{
	struct region_check_summary summary;

	lines.bytes = 0;
	lines.text[0] = '\0';
	return region_check(region, model.bytes, state, keep_line, NULL, out_summary ? out_summary : &summary);
}

static void put_right(void)
{
	memcpy(region, model.region, model.bytes);
}

static bool says(const char *words)
{
	return strstr(lines.text, words) != NULL;
}

/* The copy is as the model. */
static void checked_region_begin(void)
{
	model = real_region_take();
	layout = region_layout_of(model.bytes, REAL_REGION_DEPTH);
	region = aligned_alloc(4096, model.bytes);
	put_right();
}

static void checked_region_end(void)
{
	is_u64(heap_used_bytes(), 0, "all memory is given back");
	free(region);
	region_file_free(&model);
}

#endif
