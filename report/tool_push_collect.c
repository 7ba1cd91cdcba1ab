/* SPDX-License-Identifier: MIT */
/* contend push: what each process did since the last time. A process that ends between two times is asked a last time, by the
 * descriptor of its region, which it may have removed. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool.h"
#include "tool_lines.h"
#include "tool_push.h"
#include "tool_render.h"

struct known {
	struct known *next;
	pid_t pid;
	uint64_t process_start;
	int64_t started_wall_ns;
	char program[NAME_MAX + 1];
	struct region_file file; /* its descriptor and owner only */
	struct snapshot *earlier;
	bool is_there;
};

struct push_collector {
	const struct push_target *target;
	const struct process_query *query;
	struct push_queue *queue;
	int64_t began_wall_ns;
	struct known *known;
	struct source_lines *lines; /* NULL: no memory for any */
};

static void forget(struct known *known)
{
	if (known->file.descriptor > 0)
		close(known->file.descriptor);
	snapshot_drop(known->earlier);
	free(known);
}

static struct known *find(const struct push_collector *collector, const struct process *process)
{
	struct known *known = collector->known;

	while (known && (known->pid != process->pid || known->process_start != process->process_start ||
			 known->started_wall_ns != process->look.file.region->header.started_wall_ns))
		known = known->next;
	return known;
}

static void add(struct push_queue *queue, struct push_request *request)
{
	uint64_t before = queue->dropped;

	push_queue_add(queue, request);
	if (queue->dropped != before)
		tool_fail("push: no room for more: %llu profiles dropped so far", (unsigned long long)queue->dropped);
}

static void push_profile(struct push_collector *collector, const struct known *known, const struct snapshot *snapshot,
			 enum profile which)
{
	struct push_profile profile = {.program = known->program,
				       .which = which,
				       .from_ns = snapshot->started_wall_ns,
				       .until_ns = snapshot->taken_wall_ns};
	struct push_request request;
	struct rendered packed = {0};
	struct render_order order = {
		.which = which, .form = RENDER_PACKED, .lines = collector->lines, .reader = known->file.owner};
	int error = tool_render(snapshot, &order, &packed);

	profile.packed = packed.bytes;
	profile.packed_bytes = packed.count;
	if (!error)
		error = push_request_make(collector->target, &profile, &request);
	free(packed.bytes);
	if (error)
		tool_fail("push: process %d: no profile: %s", known->pid, tool_error_words(error));
	else
		add(collector->queue, &request);
}

/* An interval in which nothing happened has nothing to tell. */
static bool has_samples(const struct snapshot *snapshot, enum profile which)
{
	for (size_t i = 0; i < snapshot->sample_count; i++)
		if (snapshot->samples[i].profile == which)
			return true;
	return false;
}

static void push_snapshot(struct push_collector *collector, const struct known *known, const struct snapshot *snapshot)
{
	for (int which = 0; which < PROFILE_COUNT; which++)
		if (has_samples(snapshot, which))
			push_profile(collector, known, snapshot, which);
}

static void push_interval(struct push_collector *collector, struct known *known)
{
	struct snapshot *difference, *now;
	int error = tool_process_interval(&known->file, known->earlier, &difference, &now);

	if (error) {
		tool_fail("push: process %d: %s", known->pid, tool_error_words(error));
		return;
	}
	push_snapshot(collector, known, difference);
	snapshot_drop(difference);
	snapshot_drop(known->earlier);
	known->earlier = now;
}

/* What a process did before we came is no interval of ours; one that started since is told of from its start. */
static void meet(struct push_collector *collector, struct process *process)
{
	struct known *known = calloc(1, sizeof(*known));

	if (!known)
		return;
	known->pid = process->pid;
	known->process_start = process->process_start;
	known->started_wall_ns = process->look.file.region->header.started_wall_ns;
	memcpy(known->program, process->program, sizeof(known->program));
	known->file.owner = process->look.file.owner;
	known->file.descriptor = fcntl(process->look.file.descriptor, F_DUPFD_CLOEXEC, 3);
	known->earlier = process->look.snapshot;
	process->look.snapshot = NULL;
	known->is_there = true;
	if (known->started_wall_ns >= collector->began_wall_ns)
		push_snapshot(collector, known, known->earlier);
	known->next = collector->known;
	collector->known = known;
}

static void look_at(struct process *process, void *argument)
{
	struct push_collector *collector = argument;
	struct known *known = find(collector, process);

	if (known)
		known->is_there = true;
	else
		meet(collector, process);
}

void push_collect(struct push_collector *collector)
{
	struct known **at = &collector->known;

	for (struct known *known = collector->known; known; known = known->next) {
		known->is_there = false;
		push_interval(collector, known);
	}
	tool_processes_visit(collector->query, 0, look_at, collector);
	while (*at) {
		struct known *known = *at;

		if (known->is_there) {
			at = &known->next;
			continue;
		}
		push_interval(collector, known); /* of what it did since it was asked just now */
		*at = known->next;
		forget(known);
	}
}

struct push_collector *push_collector_new(const struct push_target *target, const struct process_query *query,
					  struct push_queue *queue)
{
	struct push_collector *collector = calloc(1, sizeof(*collector));
	struct snapshot_moment now;

	if (!collector)
		return NULL;
	snapshot_clock_now(&now);
	*collector = (struct push_collector){.target = target,
					     .query = query,
					     .queue = queue,
					     .began_wall_ns = now.wall_ns,
					     .lines = tool_lines_new_quick()};
	return collector;
}

void push_collector_free(struct push_collector *collector)
{
	while (collector->known) {
		struct known *known = collector->known;

		collector->known = known->next;
		forget(known);
	}
	source_lines_free(collector->lines);
	free(collector);
}
