/* SPDX-License-Identifier: MIT */
/* The stacks of the threads of a list, and what the things that they wait for are called. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "frame.h"
#include "snapshot_locks.h"
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

static void add_frame(struct listed_thread *thread, uint64_t address)
{
	if (thread->depth < THREAD_LIST_FRAMES)
		thread->frames[thread->depth++] = address;
	else
		thread->is_cut = true;
}

/* The stack that was taken before the wait: the same one, and it needs no memory of the process. */
static bool take_recorded_stack(struct thread_list *list, struct listed_thread *thread)
{
	uint64_t frames[THREAD_LIST_FRAMES + 1];
	unsigned depth = thread_look_read_stack(&list->look->file, &thread->wait, frames, THREAD_LIST_FRAMES + 1);

	for (unsigned i = 0; i < depth; i++)
		if (frame_module(frames[i]) == FRAME_MODULE_PSEUDO)
			thread->is_cut = true;
		else
			add_frame(thread, frame_address(frames[i]));
	return depth > 1;
}

static void walk_from(struct thread_list *list, struct listed_thread *thread, struct stack_origin origin)
{
	uint64_t frames[THREAD_LIST_FRAMES + 1];
	unsigned depth = process_image_walk(list->image, origin, frames, THREAD_LIST_FRAMES + 1);

	for (unsigned i = 0; i < depth; i++)
		add_frame(thread, frames[i]);
}

/* The wrapper's frame tells where it was called from. It can only be read while the wait goes on: what is there afterwards
 * makes no sense, and the walk ends at once. */
static void take_walked_stack(struct thread_list *list, struct listed_thread *thread)
{
	uint64_t frame = thread->wait.frame_address;
	uint64_t words[2];

	thread->depth = 0;
	thread->is_cut = false;
	if (!list->is_alive)
		return;
	add_frame(thread, thread->wait.leaf_address);
	if (process_memory_read(&list->memory, frame, words, sizeof(words)))
		return;
	walk_from(list, thread, (struct stack_origin){.pc = words[1], .sp = frame + sizeof(words), .bp = words[0]});
}

static void take_stack(struct thread_list *list, struct listed_thread *thread)
{
	if (thread->is_waiting && !take_recorded_stack(list, thread))
		take_walked_stack(list, thread);
	else if (thread->is_asleep && !thread->is_ours)
		walk_from(list, thread, (struct stack_origin){.pc = thread->task.pc, .sp = thread->task.sp});
}

/* Which thread's stack it lies on; NULL: none. */
static const struct listed_thread *find_stack(const struct thread_list *list, uint64_t address)
{
	for (size_t i = 0; i < list->count; i++)
		if (address >= list->threads[i].stack.low_address && address < list->threads[i].stack.high_address)
			return &list->threads[i];
	return NULL;
}

/* What the process itself knows of the lock, as far as it did when it was looked at; NULL: nothing. */
static const struct snapshot_lock *find_lock(const struct thread_list *list, const struct listed_thread *thread)
{
	const struct snapshot *snapshot = list->look->snapshot;
	uint32_t number = thread->wait.lock;

	if (thread->gets_mutex_back || number == 0 || number > snapshot->lock_count)
		return NULL;
	return &snapshot->locks[number - 1];
}

/* "made in cache_new": where it was initialised. */
static bool find_maker(struct thread_list *list, const struct snapshot_lock *lock, char *out_place, size_t bytes)
{
	if (!lock || lock->known_by != LOCK_BY_PLACE)
		return false;
	snprintf(out_place, bytes, " (made in %s)",
		 process_image_code(list->image, frame_address(lock->frame))->function);
	return true;
}

static void name_object(struct thread_list *list, struct listed_thread *thread)
{
	const struct listed_thread *owner = find_stack(list, thread->object);
	const struct snapshot_lock *lock = find_lock(list, thread);
	char place[sizeof(thread->lock) - 32];

	if (lock && lock->known_by == LOCK_BY_NAME) {
		snprintf(thread->lock, sizeof(thread->lock), "%s", lock->name);
		return;
	}
	if (process_image_find_data(list->image, thread->object, thread->lock, sizeof(thread->lock)))
		return;
	if (owner)
		snprintf(place, sizeof(place), " (stack of %u)", owner->tid);
	else if (find_maker(list, lock, place, sizeof(place)))
		;
	else if (process_image_find_mapping(list->image, thread->object, place + 2, sizeof(place) - 3))
		memcpy(place, " (", 2), strcat(place, ")");
	else
		place[0] = '\0';
	snprintf(thread->lock, sizeof(thread->lock), "0x%" PRIx64 "%s", thread->object, place);
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

static void name_lock(struct thread_list *list, struct listed_thread *thread)
{
	if (thread->kind == WAIT_JOIN && thread->owner.hold == LOCK_HOLD_JOINED)
		snprintf(thread->lock, sizeof(thread->lock), "thread %u", thread->owner.tid);
	else if (thread->object)
		name_object(list, thread);
	else if (is_of_descriptor(thread->kind))
		name_descriptor(list, thread);
}

/* The calls that have a limit are called so. */
static bool has_limit(struct thread_list *list, const struct listed_thread *thread)
{
	const char *function = thread->depth ? process_image_code(list->image, thread->frames[0])->function : "";

	return strstr(function, "timed") || strstr(function, "clock");
}

int thread_list_name(struct thread_list *list)
{
	pid_t pid = list->look->file.region->header.pid;

	list->image = process_image_open(list->is_alive && !list->tasks_error ? pid : 0, list->look->snapshot,
					 list->look->root, &list->memory);
	if (!list->image)
		return -ENOMEM;
	for (size_t i = 0; i < list->count; i++) {
		struct listed_thread *thread = &list->threads[i];

		take_stack(list, thread);
		if (!thread->is_waiting)
			continue;
		name_lock(list, thread);
		thread->is_limited = has_limit(list, thread);
	}
	return 0;
}
