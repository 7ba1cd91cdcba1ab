/* SPDX-License-Identifier: MIT */
/* tool_processes: the profiled processes that live, each time anew: they come and go.
 *
 * Called from   the tool's commands that run for long (serve, push).
 * Left out      what is dead (`contend dump` writes it), what just begins, what is damaged.
 */
#ifndef CONTEND_TOOL_PROCESSES_H
#define CONTEND_TOOL_PROCESSES_H

#include <limits.h>

#include "tool_look.h"

/* Of this user. No pids: all of them. */
struct process_query {
	const char *region_dir;
	const pid_t *pids;
	size_t pid_count;
};

struct process {
	pid_t pid;
	uint64_t process_start; /* with the pid: which process it is */
	char program[NAME_MAX + 1];
	struct tool_look look;
};

/* The numbers that a command line names, up to its end. TOOL_OK, and an array to be freed; or TOOL_USAGE after a complaint. */
int tool_parse_pids(const char *command, char **texts, pid_t **out_pids);

/* A look at the process that a command line names, alive or dead. TOOL_OK; else the status, after a complaint. */
int tool_process_look(const char *command, const char *pid_text, struct tool_look *out_look);

/* Calls `visit` for each, oldest first, or for that of one pid only (0: all). Whoever visits may keep the look: then it leaves
 * zero behind. Returns how many there were. */
unsigned tool_processes_visit(const struct process_query *query, pid_t only,
			      void (*visit)(struct process *process, void *argument), void *argument);

/* Says of the pids of the query, one by one, that there is no such process that is profiled. */
void tool_processes_say_missing(const struct process_query *query);

/* What happened in a region since `earlier` was taken of it, even if its process has ended and removed it since. Only the
 * descriptor of `file` is needed. out_now: all up to now, for the next interval; or NULL. 0 or -errno. */
int tool_process_interval(const struct region_file *file, const struct snapshot *earlier,
			  struct snapshot **out_difference, struct snapshot **out_now);

#endif
