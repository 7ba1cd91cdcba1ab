/* SPDX-License-Identifier: MIT */
/* tool_lines: source_lines for a person, who sees on a terminal what takes longer than a second. */
#ifndef CONTEND_TOOL_LINES_H
#define CONTEND_TOOL_LINES_H

#include "symbolize.h"

/* limit_ms: for a question, besides downloads; 0: as long as debug_helper allows. NULL: no memory. */
struct source_lines *tool_lines_new(int64_t limit_ms);

/* For what goes on for long and lets nobody wait: no progress is shown, and no question takes longer than 3 seconds. */
struct source_lines *tool_lines_new_quick(void);

/* As symbolize_profiles. view NULL: this system's objects, read as whoever we are. */
int tool_lines_add(Perftools__Profiles__Profile **profiles, size_t count, const struct debug_view *view,
		   struct arena *arena, struct symbolize_result *out_result);

#endif
