/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "path.h"
#include "tool_lines.h"

static struct {
	struct timespec began;
	bool is_shown;
} progress;

static bool takes_long(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec - progress.began.tv_sec > 1;
}

static void show_progress(const char *path, size_t number, size_t count)
{
	if (!path && progress.is_shown)
		fputs("\r\033[K", stderr);
	if (!path || !takes_long())
		return;
	progress.is_shown = true;
	fprintf(stderr, "\r\033[Kcontend: reading the debug information of %.50s (%zu of %zu)", path_base(path), number,
		count);
	fflush(stderr);
}

struct source_lines *tool_lines_new(void)
{
	struct source_lines_manner manner = {.progress = isatty(STDERR_FILENO) ? show_progress : NULL};

	progress.is_shown = false;
	clock_gettime(CLOCK_MONOTONIC, &progress.began);
	return source_lines_new(&manner);
}

int tool_lines_add(Perftools__Profiles__Profile **profiles, size_t count, const struct debug_view *view,
		   struct arena *arena, struct symbolize_result *out_result)
{
	struct symbolize_order order = {
		.view = view ? *view : (struct debug_view){.root = ""}, .arena = arena, .lines = tool_lines_new()};
	int error = order.lines ? symbolize_profiles(profiles, count, &order, out_result) : -ENOMEM;

	source_lines_free(order.lines);
	return error;
}
