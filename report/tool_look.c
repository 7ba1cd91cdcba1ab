/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "process.h"
#include "snapshot_delta.h"
#include "symbols.h"
#include "tool.h"
#include "tool_lines.h"
#include "tool_look.h"
#include "waits_ready.h"

static void describe(struct tool_look *look)
{
	const struct region_header *header = &look->file.region->header;
	char program[sizeof(look->label) - 32];

	tool_program_name(header, program, sizeof(program));
	snprintf(look->label, sizeof(look->label), "process %d (%s)", header->pid, program);
	if (look->ending.life != ENDING_ALIVE)
		return;
	snprintf(look->root, sizeof(look->root), "/proc/%d/root", header->pid);
	if (access(look->root, F_OK) != 0) /* shown to those only who may trace it; ours is as good a guess as any */
		look->root[0] = '\0';
}

int tool_look_open(const struct region_place *place, struct tool_look *out_look)
{
	struct tool_look look = {0};
	int error = region_file_read_at(place->directory, place->name, &look.file);

	if (error)
		return error;
	ending_find(place, &look.file, &look.ending);
	describe(&look);
	*out_look = look;
	return 0;
}

int tool_look_take_as_is(struct tool_look *look)
{
	struct snapshot_moment now;
	int error;

	snapshot_clock_now(&now);
	if (look->ending.life == ENDING_ALIVE)
		now.cpu_ns = process_cpu_ns(look->file.region->header.pid);
	now.is_present = ending_is_in_use(&look->file);
	error = snapshot_take_file(&look->file, &now, &look->snapshot);
	if (error || atomic_load(&look->file.region->header.ns_per_tick) != 0)
		return error;
	snapshot_clock_keep(&look->file.region->header, look->snapshot->ns_per_tick);
	region_file_write_clock(&look->file);
	return 0;
}

int tool_look_take(struct tool_look *look)
{
	if (look->ending.life != ENDING_DEAD && ending_is_in_use(&look->file))
		waits_ready(&look->file);
	return tool_look_take_as_is(look);
}

static int take_or_free(struct tool_look *look, struct tool_look *out_look)
{
	int error = tool_look_take(look);

	if (error)
		tool_look_free(look);
	else
		*out_look = *look;
	return error;
}

int tool_look_at(const struct region_place *place, struct tool_look *out_look)
{
	struct tool_look look;
	int error = tool_look_open(place, &look);

	return error ? error : take_or_free(&look, out_look);
}

/* Measured as before, even if that could not be written into the region. */
int tool_look_again(const struct tool_look *look, struct tool_look *out_look)
{
	struct tool_look again = *look;
	int error = region_file_read_again(&look->file, &again.file);

	if (error)
		return error;
	again.snapshot = NULL;
	if (access(again.root, F_OK) != 0) /* it has ended meanwhile */
		again.root[0] = '\0';
	snapshot_clock_keep(&again.file.region->header, look->snapshot->ns_per_tick);
	return take_or_free(&again, out_look);
}

struct looking {
	struct tool_look best;
	int error;
};

static void look_found(const struct region_place *place, void *argument)
{
	struct looking *looking = argument;
	struct tool_look look;
	int error = tool_look_open(place, &look);

	if (error) {
		looking->error = error;
		return;
	}
	if (looking->best.file.region && looking->best.ending.life == ENDING_ALIVE) {
		tool_look_free(&look);
		return;
	}
	tool_look_free(&looking->best);
	looking->best = look;
}

static void look_refused(const char *path, int error, void *argument)
{
	struct looking *looking = argument;

	(void)path;
	looking->error = error;
}

int tool_look_open_process(pid_t pid, struct tool_look *out_look)
{
	struct looking looking = {.error = -ESRCH};
	struct region_query query = {.region_dir = config.region_dir, .pid = pid};
	struct region_visitor visitor = {.found = look_found, .refused = look_refused, .argument = &looking};

	if (region_search(&query, &visitor) == 0 && geteuid() == 0) {
		query.all_users = true;
		region_search(&query, &visitor);
	}
	if (!looking.best.file.region)
		return looking.error;
	*out_look = looking.best;
	return 0;
}

int tool_look_at_process(pid_t pid, struct tool_look *out_look)
{
	struct tool_look look;
	int error = tool_look_open_process(pid, &look);

	return error ? error : take_or_free(&look, out_look);
}

int tool_look_at_process_as_is(pid_t pid, struct tool_look *out_look)
{
	int error = tool_look_open_process(pid, out_look);

	if (error)
		return error;
	error = tool_look_take_as_is(out_look);
	if (error)
		tool_look_free(out_look);
	return error;
}

int tool_look_at_path(const char *path, struct tool_look *out_look)
{
	struct region_place place = {.directory = AT_FDCWD, .name = path, .path = path};

	return tool_look_at(&place, out_look);
}

void tool_look_free(struct tool_look *look)
{
	snapshot_drop(look->snapshot);
	region_file_free(&look->file);
	*look = (struct tool_look){0};
}

bool tool_look_is_same_process(const struct tool_look *a, const struct tool_look *b)
{
	const struct region_header *left = &a->file.region->header, *right = &b->file.region->header;

	return left->pid == right->pid && left->process_start == right->process_start &&
	       left->started_wall_ns == right->started_wall_ns &&
	       memcmp(left->boot_id, right->boot_id, sizeof(left->boot_id)) == 0;
}

int tool_look_subtract(struct tool_look *newer, const struct tool_look *older)
{
	return tool_look_is_same_process(newer, older) ? snapshot_subtract(newer->snapshot, older->snapshot) : -EINVAL;
}

int tool_look_build(const struct tool_look *look, unsigned wanted, bool lines, struct arena *arena,
		    Perftools__Profiles__Profile *out_profiles[PROFILE_COUNT])
{
	struct debug_view view = {.root = look->root, .reader = look->file.owner};
	struct symbolize_result result;
	struct symbols *symbols;
	int error = symbols_resolve(look->snapshot, look->root, &symbols);

	if (error)
		return error;
	for (int which = 0; which < PROFILE_COUNT && !error; which++) {
		out_profiles[which] = NULL;
		if (wanted >> which & 1 && snapshot_has_profile(look->snapshot, which))
			error = pprof_build(look->snapshot, symbols, which, arena, &out_profiles[which]);
	}
	symbols_free(symbols);
	if (!error && lines)
		error = tool_lines_add(out_profiles, PROFILE_COUNT, &view, arena, &result);
	return error;
}
