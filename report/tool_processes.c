/* SPDX-License-Identifier: MIT */
#include "region_search.h"
#include "tool.h"
#include "tool_processes.h"

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

int tool_process_snapshot(const struct tool_look *look, struct snapshot **out_snapshot)
{
	struct snapshot_moment now;
	struct region_file file;
	int error = region_file_read_again(&look->file, &file);

	if (error)
		return error;
	snapshot_clock_keep(&file.region->header, look->snapshot->ns_per_tick);
	snapshot_clock_now(&now);
	error = snapshot_take(file.region, file.bytes, &now, out_snapshot);
	region_file_free(&file);
	return error;
}
