/* SPDX-License-Identifier: MIT */
/* debug_helper: debug information is read by a process of its own, one for each object.
 *
 * Why           it may be anybody's, damaged, or made to harm, and libdw maps and believes it. What goes wrong there ends the
 *               helper: a fault, a file that shrinks, a loop, memory without end. We keep what it found before.
 * Called from   the tool, which has one thread. The helper is forked; it is gone when debug_helper_ask returns.
 * Limits        LIMIT_S of time (and what DEBUGINFOD_MAXTIME allows for downloads, where DEBUGINFOD_URLS is set), memory,
 *               and how much it may answer.
 */
#ifndef CONTEND_DEBUG_HELPER_H
#define CONTEND_DEBUG_HELPER_H

#include <stdbool.h>
#include <stddef.h>

#include "debug_lines.h"

typedef void (*debug_helper_found)(size_t number, const struct debug_frame *frame, void *argument);

struct debug_question {
	const struct debug_view *view;
	const struct debug_object *object;
	const uint64_t *positions;
	size_t count;
	int64_t limit_ms;      /* less than LIMIT_S; 0: that */
	bool limits_downloads; /* and nothing more for these */
};

/* Calls found for each frame of each position, by its number, innermost first, as debug_lines_find does; the frames of a position
 * are complete when is_last came. 0; -errno; -ETIMEDOUT; -EIO: the helper was killed by what it read. */
int debug_helper_ask(const struct debug_question *question, debug_helper_found found, void *argument);

#endif
