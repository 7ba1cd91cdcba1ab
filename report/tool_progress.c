/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "tool_progress.h"

enum { QUIET_MS = 1000, STEP_MS = 100 };

void tool_progress_begin(struct tool_progress *progress)
{
	*progress = (struct tool_progress){0};
	clock_gettime(CLOCK_MONOTONIC, &progress->began);
}

/* Once it is shown, `began` is when it was written last. */
static bool is_due(struct tool_progress *progress)
{
	struct timespec now;
	long passed_ms;

	clock_gettime(CLOCK_MONOTONIC, &now);
	passed_ms = (now.tv_sec - progress->began.tv_sec) * 1000 + (now.tv_nsec - progress->began.tv_nsec) / 1000000;
	if (passed_ms < (progress->is_shown ? STEP_MS : QUIET_MS))
		return false;
	progress->began = now;
	return true;
}

void tool_progress_say(struct tool_progress *progress, const char *format, ...)
{
	va_list arguments;

	if (!isatty(STDERR_FILENO) || !is_due(progress))
		return;
	progress->is_shown = true;
	fputs("\r\033[Kcontend: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fflush(stderr);
}

void tool_progress_end(struct tool_progress *progress)
{
	if (progress->is_shown)
		fputs("\r\033[K", stderr);
	progress->is_shown = false;
}
