/* SPDX-License-Identifier: MIT */
/* tool_progress: what takes longer than a second says so, in one line of standard error that goes away; on a terminal only. */
#ifndef CONTEND_TOOL_PROGRESS_H
#define CONTEND_TOOL_PROGRESS_H

#include <stdbool.h>
#include <time.h>

struct tool_progress {
	struct timespec began;
	bool is_shown;
};

void tool_progress_begin(struct tool_progress *progress);

/* As often as there is something new: it writes ten times a second at most. */
void tool_progress_say(struct tool_progress *progress, const char *format, ...) __attribute__((format(printf, 2, 3)));

void tool_progress_end(struct tool_progress *progress);

#endif
