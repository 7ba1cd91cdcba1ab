/* SPDX-License-Identifier: MIT */
/* The stacks of the threads of a list, and what their code is called. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "frame.h"
#include "process_walk.h"
#include "thread_list_parts.h"
#include "thread_look.h"

const char *thread_list_kind_name(enum wait_kind kind)
{
	static const char *const names[] = {
#define WAIT_KIND(identifier, name, end, is_idle) [identifier] = name,
#include "wait_kinds.def"
#undef WAIT_KIND
	};

	return names[kind];
}

bool thread_list_kind_is_idle(enum wait_kind kind)
{
	static const bool idle[] = {
#define WAIT_KIND(identifier, name, end, is_idle) [identifier] = is_idle,
#include "wait_kinds.def"
#undef WAIT_KIND
	};

	return idle[kind];
}

static void add_frame(struct listed_thread *thread, uint64_t frame)
{
	if (thread->depth < THREAD_LIST_FRAMES)
		thread->frames[thread->depth++] = frame;
	else
		thread->is_cut = true;
}

/* What the region calls a frame; where the process's own word is known, that is what it calls it. */
static uint64_t frame_of_record(const struct thread_list *list, uint64_t frame)
{
	if (list->objects)
		return process_objects_frame(list->objects, frame_address(frame));
	return frame_module(frame) < list->look->snapshot->module_count
		       ? frame
		       : frame_make(FRAME_MODULE_UNKNOWN, frame_address(frame));
}

/* The stack that was taken before the wait: the same one, and it needs no memory of the process. */
static bool take_recorded_stack(const struct thread_list *list, struct listed_thread *thread)
{
	uint64_t frames[THREAD_LIST_FRAMES + 1];
	unsigned depth = thread_look_read_stack(&list->look->file, &thread->wait, frames, THREAD_LIST_FRAMES + 1);

	for (unsigned i = 0; i < depth; i++)
		if (frame_module(frames[i]) == FRAME_MODULE_PSEUDO)
			thread->is_cut = true;
		else
			add_frame(thread, frame_of_record(list, frames[i]));
	return depth > 1;
}

static void walk_from(struct process_walk *walk, struct listed_thread *thread, struct stack_origin origin)
{
	thread->depth += process_walk_from(walk, origin, thread->frames + thread->depth,
					   THREAD_LIST_FRAMES - thread->depth, &thread->is_cut);
}

/* The wrapper's frame tells where it was called from. It can only be read while the wait goes on: what is there afterwards
 * makes no sense, and the walk ends at once. */
static void walk_wait(struct thread_list *list, struct process_walk *walk, struct listed_thread *thread)
{
	uint64_t mark = thread->wait.frame_mark;
	uint64_t words[2];

	thread->depth = 0;
	thread->is_cut = false;
	add_frame(thread, process_objects_frame(list->objects, thread->wait.leaf_address));
	if (process_memory_read(&list->memory, stack_mark_address(mark), words, sizeof(words)) == 0)
		walk_from(walk, thread, stack_origin_from(mark, words));
}

/* walk: NULL: its memory cannot be read. */
static void take_stack(struct thread_list *list, struct process_walk *walk, struct listed_thread *thread)
{
	if (thread->is_waiting && !take_recorded_stack(list, thread) && walk)
		walk_wait(list, walk, thread);
	else if (thread->is_asleep && !thread->is_ours && walk)
		walk_from(walk, thread, (struct stack_origin){.pc = thread->task.pc, .sp = thread->task.sp});
}

static int take_stacks(struct thread_list *list)
{
	struct process_walk *walk = NULL;

	if (list->objects) {
		walk = process_walk_new(list->objects, &list->memory);
		if (!walk)
			return -ENOMEM;
	}
	for (size_t i = 0; i < list->count; i++)
		take_stack(list, walk, &list->threads[i]);
	process_walk_free(walk);
	return 0;
}

/* locks, frames: room for those of all threads. */
static int find_names(struct thread_list *list, struct source_lines *lines, struct snapshot_lock *locks,
		      uint64_t *frames)
{
	struct code_names_order order = {.look = list->look,
					 .modules = list->look->snapshot->modules,
					 .module_count = list->look->snapshot->module_count,
					 .frames = frames,
					 .locks = locks,
					 .lock_count = list->count,
					 .lines = lines};

	for (size_t i = 0; i < list->count; i++) {
		locks[i] = thread_list_lock(list, &list->threads[i]);
		memcpy(frames + order.count, list->threads[i].frames, list->threads[i].depth * sizeof(*frames));
		order.count += list->threads[i].depth;
	}
	if (list->objects)
		order.modules = process_objects_modules(list->objects, &order.module_count);
	return code_names_find(&order, &list->names);
}

static int name_all(struct thread_list *list, struct source_lines *lines)
{
	uint64_t *frames = calloc(list->count + 1, sizeof(list->threads->frames));
	struct snapshot_lock *locks = calloc(list->count + 1, sizeof(*locks));
	int error = frames && locks ? find_names(list, lines, locks, frames) : -ENOMEM;

	for (size_t i = 0; i < list->count && !error; i++)
		if (list->threads[i].is_waiting)
			thread_list_name_lock(list, &list->threads[i], locks[i].known_by, list->names.locks[i]);
	free(frames);
	free(locks);
	return error;
}

struct code_name thread_list_function(const struct thread_list *list, uint64_t frame)
{
	struct code_name name = {.function = "", .file = ""};

	for (size_t i = 0; code_names_at(&list->names, frame_address(frame), i, &name); i++)
		;
	return name;
}

/* The calls that have a limit are called so. */
static bool has_limit(const struct thread_list *list, const struct listed_thread *thread)
{
	const char *function = thread->depth ? thread_list_function(list, thread->frames[0]).function : "";

	return strstr(function, "timed") || strstr(function, "clock");
}

int thread_list_name(struct thread_list *list, struct source_lines *lines)
{
	int error = 0;

	if (list->is_alive && !list->memory_error)
		error = process_objects_open(list->look->file.region->header.pid, &list->memory, &list->objects);
	if (error != -ENOMEM) /* else what the region knows must do */
		error = take_stacks(list);
	if (!error)
		error = name_all(list, lines);
	list->has_names = !error;
	for (size_t i = 0; i < list->count && !error; i++)
		if (list->threads[i].is_waiting)
			list->threads[i].is_limited = has_limit(list, &list->threads[i]);
	return error;
}
