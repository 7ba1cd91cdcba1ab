/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>

#include "process.h"
#include "region_search.h"
#include "snapshot_delta.h"
#include "tool.h"
#include "tool_processes.h"
#include "waits_ready.h"

static bool parse_pid(const char *text, pid_t *out_pid)
{
	char *end;
	long pid;

	errno = 0;
	pid = strtol(text, &end, 10);
	if (errno || *end || end == text || pid <= 0 || pid > INT_MAX)
		return false;
	*out_pid = (pid_t)pid;
	return true;
}

int tool_parse_pids(const char *command, char **texts, pid_t **out_pids)
{
	size_t count = 0;
	pid_t *pids;

	while (texts[count])
		count++;
	pids = calloc(count + 1, sizeof(*pids));
	if (!pids)
		return tool_fail("out of memory");
	for (size_t i = 0; i < count; i++) {
		if (parse_pid(texts[i], &pids[i]))
			continue;
		free(pids);
		return tool_misuse(command, "'%s' is no process id", texts[i]);
	}
	*out_pids = pids;
	return TOOL_OK;
}

int tool_process_look(const char *command, const char *pid_text, struct tool_look *out_look)
{
	pid_t pid;
	int error;

	if (!parse_pid(pid_text, &pid))
		return tool_misuse(command, "'%s' is no process number", pid_text);
	error = tool_look_at_process_as_is(pid, out_look);
	if (error == -ESRCH)
		return tool_fail_unprofiled(pid);
	return error ? tool_fail("process %d: %s", pid, tool_error_words(error)) : TOOL_OK;
}

struct visiting {
	const struct process_query *query;
	void (*visit)(struct process *process, void *argument);
	void *argument;
	unsigned found;
};

static bool is_wanted(const struct process_query *query, pid_t pid)
{
	bool is_named = query->pid_count == 0;

	for (size_t i = 0; i < query->pid_count; i++)
		is_named |= query->pids[i] == pid;
	return is_named;
}

static void visit_region(const struct region_place *place, void *argument)
{
	struct visiting *visiting = argument;
	const struct region_header *header;
	struct process process;

	if (tool_look_at(place, &process.look) != 0)
		return;
	header = &process.look.file.region->header;
	process.pid = header->pid;
	process.process_start = header->process_start;
	tool_program_name(header, process.program, sizeof(process.program));
	if (process.look.ending.life != ENDING_DEAD && is_wanted(visiting->query, process.pid)) {
		visiting->found++;
		visiting->visit(&process, visiting->argument);
	}
	tool_look_free(&process.look);
}

static void refuse(const char *path, int error, void *argument)
{
	(void)path, (void)error, (void)argument; /* `contend list` says it */
}

unsigned tool_processes_visit(const struct process_query *query, pid_t only,
			      void (*visit)(struct process *process, void *argument), void *argument)
{
	struct visiting visiting = {.query = query, .visit = visit, .argument = argument};
	struct region_query regions = {.region_dir = query->region_dir, .pid = only};
	struct region_visitor visitor = {.found = visit_region, .refused = refuse, .argument = &visiting};

	region_search(&regions, &visitor);
	return visiting.found;
}

static void pass(struct process *process, void *argument)
{
	(void)process, (void)argument;
}

void tool_processes_say_missing(const struct process_query *query)
{
	for (size_t i = 0; i < query->pid_count; i++)
		if (tool_processes_visit(query, query->pids[i], pass, NULL) == 0)
			fprintf(stderr,
				"contend: process %d is not profiled, as yet: `contend list` shows those that are\n",
				query->pids[i]);
}

static int take_both(const struct region_file *file, const struct snapshot *earlier, struct snapshot **out_difference,
		     struct snapshot **out_now)
{
	struct snapshot_moment moment;
	int error;

	snapshot_clock_keep(&file->region->header, earlier->ns_per_tick);
	snapshot_clock_now(&moment);
	if (earlier->overhead.cpu_ns)
		moment.cpu_ns = process_cpu_ns(file->region->header.pid);
	moment.is_present = ending_is_in_use(file);
	error = snapshot_take_file(file, &moment, out_difference);
	moment.is_present = false; /* of the same instant */
	if (!error && out_now)
		error = snapshot_take_file(file, &moment, out_now);
	return error ? error : snapshot_subtract(*out_difference, earlier);
}

int tool_process_interval(const struct region_file *file, const struct snapshot *earlier,
			  struct snapshot **out_difference, struct snapshot **out_now)
{
	struct snapshot *difference = NULL, *now = NULL;
	struct region_file again;
	int error = region_file_read_again(file, &again);

	if (error)
		return error;
	if (ending_is_in_use(&again))
		waits_ready(&again);
	error = take_both(&again, earlier, &difference, out_now ? &now : NULL);
	region_file_free(&again);
	if (error) {
		snapshot_drop(difference);
		snapshot_drop(now);
		return error;
	}
	*out_difference = difference;
	if (out_now)
		*out_now = now;
	return 0;
}
