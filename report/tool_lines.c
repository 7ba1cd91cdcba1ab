/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "path.h"
#include "tool_lines.h"
#include "tool_progress.h"

enum { QUICK_MS = 3000 };

static struct tool_progress progress;

static void show_progress(const char *path, size_t number, size_t count)
{
	if (path)
		tool_progress_say(&progress, "reading the debug information of %.50s (%zu of %zu)", path_base(path),
				  number, count);
	else
		tool_progress_end(&progress);
}

struct source_lines *tool_lines_new(int64_t limit_ms)
{
	struct source_lines_manner manner = {.progress = show_progress, .limit_ms = limit_ms};

	tool_progress_begin(&progress);
	return source_lines_new(&manner);
}

struct source_lines *tool_lines_new_quick(void)
{
	struct source_lines_manner manner = {.limit_ms = QUICK_MS, .limits_downloads = true};

	return source_lines_new(&manner);
}

int tool_lines_add(Perftools__Profiles__Profile **profiles, size_t count, const struct debug_view *view,
		   struct arena *arena, struct symbolize_result *out_result)
{
	struct symbolize_order order = {
		.view = view ? *view : (struct debug_view){.root = ""}, .arena = arena, .lines = tool_lines_new(0)};
	int error = order.lines ? symbolize_profiles(profiles, count, &order, out_result) : -ENOMEM;

	source_lines_free(order.lines);
	return error;
}
