/* SPDX-License-Identifier: MIT */
/* output_name: the pattern of CONTEND_OUT becomes a path.
 *
 * %e program   %p pid   %n sequence number   %h host   %t time (UTC, 20240131T235959Z)   %% a percent sign
 * Anything else after % stands for itself. A relative result is put below `directory`.
 */
#ifndef CONTEND_OUTPUT_NAME_H
#define CONTEND_OUTPUT_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct output_name {
	const char *pattern;
	const char *directory; /* absolute; "" if it cannot be told */
	const char *program;
	const char *host;
	int32_t pid;
	uint32_t sequence;
	int64_t wall_ns; /* since 1970 */
};

/* 0; -ENAMETOOLONG, *out_path undefined then. */
int output_name_expand(const struct output_name *name, char *out_path, size_t limit);

/* Does the pattern tell dumps of one process apart? */
bool output_name_has_sequence(const char *pattern);

#endif
