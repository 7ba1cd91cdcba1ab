/* SPDX-License-Identifier: MIT */
/* tool_look: one look at what a process's region says, and profiles of it, or of what happened between two looks.
 *
 * Called from   the tool. One at a time: the private heap is not locked.
 * Disturbs      nobody: no signal, no stop; the region is copied. The process's helper thread may be asked for stacks of waits.
 * Errors        -errno, nothing said: tool_error_words has the words. -ESRCH: no such process, or none that is profiled.
 * Memory        private heap and the copy of the region, given back by tool_look_free.
 */
#ifndef CONTEND_TOOL_LOOK_H
#define CONTEND_TOOL_LOOK_H

#include "ending.h"
#include "pprof.h"
#include "region_file.h"
#include "region_search.h"
#include "snapshot.h"

/* All zero: none. */
struct tool_look {
	struct region_file file;
	struct ending ending;
	struct snapshot *snapshot;
	char root[32];   /* where the process sees its files: "" or /proc/PID/root */
	char label[128]; /* "process 4711 (server)", fit to be printed */
};

int tool_look_at(const struct region_place *place, struct tool_look *out_look);

/* In two steps, for those who want to know what became of the process first: there is no snapshot before the second. */
int tool_look_open(const struct region_place *place, struct tool_look *out_look);
int tool_look_take(struct tool_look *look);

/* The same, and the process is not asked for what its region lacks (waits_ready.h). */
int tool_look_take_as_is(struct tool_look *look);

/* The same region once more, even if it is not where it was: what the process recorded up to its end. */
int tool_look_again(const struct tool_look *look, struct tool_look *out_look);

/* The region of a process, by its number: of a live one if there is one, else the newest that a dead one left. Of all users'
 * regions if we are root. */
int tool_look_at_process(pid_t pid, struct tool_look *out_look);
int tool_look_at_process_as_is(pid_t pid, struct tool_look *out_look);
int tool_look_open_process(pid_t pid, struct tool_look *out_look);

/* The region of that path. No link is followed. */
int tool_look_at_path(const char *path, struct tool_look *out_look);

void tool_look_free(struct tool_look *look);

/* Are both looks at one region, which one process wrote? */
bool tool_look_is_same_process(const struct tool_look *a, const struct tool_look *b);

/* `newer` becomes what happened since `older` was taken, exactly and never negative: values, losses, duration. -EINVAL: not
 * the same process. The older look may be freed afterwards. */
int tool_look_subtract(struct tool_look *newer, const struct tool_look *older);

/* The profiles, NULL for those that the process does not keep or `wanted` (bit N: profile N) leaves out. They live in `arena`, and
 * do not need the look. `lines`: with files, lines and inlined functions (tool_lines.h), as far as there is debug
 * information; else names only, which is much faster for large programs. */
int tool_look_build(const struct tool_look *look, unsigned wanted, bool lines, struct arena *arena,
		    Perftools__Profiles__Profile *out_profiles[PROFILE_COUNT]);

#endif
