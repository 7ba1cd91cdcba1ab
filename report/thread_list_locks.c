/* SPDX-License-Identifier: MIT */
/* What the things that the threads of a list wait for are called. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "symbol_object.h"
#include "thread_list_parts.h"
#include "tool_text.h"

/* Which thread's stack it lies on; NULL: none. */
static const struct listed_thread *find_stack(const struct thread_list *list, uint64_t address)
{
	for (size_t i = 0; i < list->count; i++)
		if (address >= list->threads[i].stack.low_address && address < list->threads[i].stack.high_address)
			return &list->threads[i];
	return NULL;
}

/* By its place, if no variable holds it. */
static void name_place(const struct thread_list *list, struct listed_thread *thread)
{
	const struct listed_thread *owner = find_stack(list, thread->object);
	const char *mapping = list->objects ? process_objects_mapping(list->objects, thread->object) : NULL;
	size_t bytes = sizeof(thread->lock);

	if (owner)
		snprintf(thread->lock, bytes, "0x%" PRIx64 " (stack of %u)", thread->object, owner->tid);
	else if (mapping)
		snprintf(thread->lock, bytes, "0x%" PRIx64 " (%.90s)", thread->object, mapping);
	else
		snprintf(thread->lock, bytes, "0x%" PRIx64, thread->object);
}

static bool is_of_descriptor(enum wait_kind kind)
{
	switch (kind) {
	case WAIT_EPOLL:
	case WAIT_READ:
	case WAIT_WRITE:
	case WAIT_SYNC:
	case WAIT_SPLICE:
	case WAIT_RECV:
	case WAIT_SEND:
	case WAIT_ACCEPT:
	case WAIT_CONNECT:
	case WAIT_FLOCK:
		return true;
	default:
		return false;
	}
}

/* The first argument of the system call that it sleeps in; msync and message queues have none of those numbers. */
static void name_descriptor(const struct thread_list *list, struct listed_thread *thread)
{
	char link[48], target[PATH_MAX] = "";
	ssize_t bytes;

	if (!thread->task.is_in_call || thread->task.first_argument > INT_MAX)
		return;
	snprintf(link, sizeof(link), "/proc/%d/fd/%d", list->look->file.region->header.pid,
		 (int)thread->task.first_argument);
	bytes = readlink(link, target, sizeof(target) - 1);
	if (bytes <= 0)
		return;
	target[bytes] = '\0';
	snprintf(thread->lock, sizeof(thread->lock), "fd %d %.100s", (int)thread->task.first_argument, target);
	process_task_clean_name(thread->lock);
}

static void name_lock(const struct thread_list *list, struct listed_thread *thread)
{
	if (thread->kind == WAIT_JOIN && thread->owner.hold == LOCK_HOLD_JOINED)
		snprintf(thread->lock, sizeof(thread->lock), "thread %u", thread->owner.tid);
	else if (thread->object && !thread->lock[0])
		name_place(list, thread);
	else if (is_of_descriptor(thread->kind))
		name_descriptor(list, thread);
	process_task_clean_name(thread->lock);
}

/* The object that may have a variable there; of a process that is dead, the one whose code lies before it. */
static bool find_module(struct thread_list *list, uint64_t address, struct snapshot_module *out_module)
{
	const struct snapshot *snapshot = list->look->snapshot;

	if (list->objects)
		return process_objects_find_data(list->objects, address, out_module);
	*out_module = (struct snapshot_module){0};
	for (size_t i = 1; i < snapshot->module_count; i++)
		if (snapshot->modules[i].limit && snapshot->modules[i].start <= address &&
		    snapshot->modules[i].start >= out_module->start)
			*out_module = snapshot->modules[i];
	return out_module->limit != 0;
}

static int compare_objects(const void *a, const void *b)
{
	const struct listed_thread *left = *(struct listed_thread *const *)a;
	const struct listed_thread *right = *(struct listed_thread *const *)b;

	return (left->object > right->object) - (left->object < right->object);
}

/* Names what `count` threads wait for, in the order of the addresses, as far as it is a variable of that module. */
static int name_variables_of(const struct thread_list *list, const struct snapshot_module *module,
			     struct listed_thread **threads, size_t count)
{
	uint64_t *addresses = calloc(count, sizeof(*addresses)), *offsets = calloc(count, sizeof(*offsets));
	const char **names = calloc(count, sizeof(*names));
	uint64_t left = SYMBOL_OBJECT_LIMIT;
	struct arena arena = {0};
	struct symbol_query query = {.type = SYMBOL_VARIABLE,
				     .addresses = addresses,
				     .count = count,
				     .names = &arena,
				     .symbols_left = &left};
	int error = addresses && offsets && names ? 0 : -ENOMEM;

	for (size_t i = 0; i < count && !error; i++)
		addresses[i] = threads[i]->object - module->load_bias;
	if (!error)
		error = symbol_object_search(module, list->look->root, &query, names, offsets);
	for (size_t i = 0; i < count && !error; i++)
		if (names[i])
			snprintf(threads[i]->lock, sizeof(threads[i]->lock),
				 offsets[i] ? "%.100s+0x%" PRIx64 : "%.100s", tool_text_function(names[i]), offsets[i]);
	free(addresses);
	free(offsets);
	free(names);
	arena_free(&arena);
	return error;
}

/* Module by module: each one's symbols are read once. */
static int name_variables(struct thread_list *list, struct listed_thread **threads, size_t count)
{
	struct snapshot_module module, other;
	size_t next;
	int error = 0;

	qsort(threads, count, sizeof(*threads), compare_objects);
	for (size_t i = 0; i < count && !error; i = next) {
		next = i + 1;
		if (!find_module(list, threads[i]->object, &module))
			continue;
		while (next < count && find_module(list, threads[next]->object, &other) &&
		       other.load_bias == module.load_bias)
			next++;
		error = name_variables_of(list, &module, threads + i, next - i);
	}
	return error;
}

int thread_list_name_locks(struct thread_list *list)
{
	struct listed_thread **waiting = calloc(list->count + 1, sizeof(struct listed_thread *));
	size_t count = 0;
	int error;

	if (!waiting)
		return -ENOMEM;
	for (size_t i = 0; i < list->count; i++)
		if (list->threads[i].is_waiting && list->threads[i].object)
			waiting[count++] = &list->threads[i];
	error = name_variables(list, waiting, count);
	for (size_t i = 0; i < list->count && !error; i++)
		if (list->threads[i].is_waiting)
			name_lock(list, &list->threads[i]);
	free(waiting);
	return error;
}
