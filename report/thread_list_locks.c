/* SPDX-License-Identifier: MIT */
/* What the things that the threads of a list wait for are called. */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "frame.h"
#include "snapshot_locks.h"
#include "thread_list_parts.h"

/* Which thread's stack it lies on; NULL: none. */
static const struct listed_thread *find_stack(const struct thread_list *list, uint64_t address)
{
	for (size_t i = 0; i < list->count; i++)
		if (address >= list->threads[i].stack.low_address && address < list->threads[i].stack.high_address)
			return &list->threads[i];
	return NULL;
}

/* What the process itself knows of the lock, as far as it did when it was looked at; NULL: nothing. */
static const struct snapshot_lock *find_known(const struct thread_list *list, const struct listed_thread *thread)
{
	const struct snapshot *snapshot = list->look->snapshot;
	uint32_t number = thread->wait.lock;

	if (!thread->is_waiting || thread->gets_mutex_back || number == 0 || number > snapshot->lock_count)
		return NULL;
	return &snapshot->locks[number - 1];
}

struct snapshot_lock thread_list_lock(const struct thread_list *list, const struct listed_thread *thread)
{
	const struct snapshot_lock *known = find_known(list, thread);
	struct snapshot_lock lock = {.known_by = LOCK_KNOWN_COUNT};

	if (known && (known->known_by == LOCK_BY_NAME || !list->objects))
		return *known;
	if (!thread->is_waiting || !list->objects)
		return lock;
	lock.frame = process_objects_data_frame(list->objects, thread->object);
	if (frame_module(lock.frame) != FRAME_MODULE_UNKNOWN) {
		lock.known_by = LOCK_BY_VARIABLE;
	} else if (known && known->known_by == LOCK_BY_PLACE) {
		lock.known_by = LOCK_BY_PLACE;
		lock.frame = process_objects_frame(list->objects, frame_address(known->frame));
	}
	return lock;
}

/* By its place, if it has no name. `made`: "made in cache_new", or "". */
static void name_place(const struct thread_list *list, struct listed_thread *thread, const char *made)
{
	const struct listed_thread *owner = find_stack(list, thread->object);
	const char *mapping = list->objects ? process_objects_mapping(list->objects, thread->object) : NULL;
	size_t bytes = sizeof(thread->lock);

	if (made[0])
		snprintf(thread->lock, bytes, "0x%" PRIx64 " (%.90s)", thread->object, made);
	else if (owner)
		snprintf(thread->lock, bytes, "0x%" PRIx64 " (stack of %u)", thread->object, owner->tid);
	else if (mapping)
		snprintf(thread->lock, bytes, "0x%" PRIx64 " (%.90s)", thread->object, mapping);
	else
		snprintf(thread->lock, bytes, "0x%" PRIx64, thread->object);
}

static void name_object(const struct thread_list *list, struct listed_thread *thread, enum lock_known_by known_by,
			const char *text)
{
	if (known_by == LOCK_BY_VARIABLE || known_by == LOCK_BY_NAME)
		snprintf(thread->lock, sizeof(thread->lock), "%s", text);
	else
		name_place(list, thread, known_by == LOCK_BY_PLACE ? text : "");
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

void thread_list_name_lock(const struct thread_list *list, struct listed_thread *thread, enum lock_known_by known_by,
			   const char *text)
{
	if (thread->kind == WAIT_JOIN && thread->owner.hold == LOCK_HOLD_JOINED)
		snprintf(thread->lock, sizeof(thread->lock), "thread %u", thread->owner.tid);
	else if (thread->object)
		name_object(list, thread, known_by, text);
	else if (is_of_descriptor(thread->kind))
		name_descriptor(list, thread);
	process_task_clean_name(thread->lock);
}
