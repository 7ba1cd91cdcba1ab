/* SPDX-License-Identifier: MIT */
/* Who holds what the threads of a list wait for. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "thread_list_parts.h"

enum { CONDITION_BYTES = sizeof(pthread_cond_t) };

/* A thread that was woken from a condition sleeps once more, for the mutex: no longer on a word of the condition. */
static void find_mutex_of_condition(struct listed_thread *thread)
{
	uint64_t word = thread->task.first_argument;

	if (thread->kind != WAIT_COND || !thread->task.is_in_call || thread->task.call != SYS_futex ||
	    word - thread->object < CONDITION_BYTES)
		return;
	thread->gets_mutex_back = true;
	thread->object = word;
}

static bool is_task_of(pid_t pid, uint32_t tid)
{
	char path[48];

	snprintf(path, sizeof(path), "/proc/%d/task/%u", pid, tid);
	return access(path, F_OK) == 0;
}

static void find_owner(const struct thread_list *list, struct listed_thread *thread)
{
	lock_owner_find(&list->memory, thread->gets_mutex_back ? WAIT_MUTEX : thread->kind, thread->object,
			&thread->owner);
}

/* No thread has its owner's number, and it still has that owner: so the thread ended and left it. Some are seen to by the kernel, and
 * some may be held in another process. */
static bool is_left_locked(const struct thread_list *list, struct listed_thread *thread)
{
	uint32_t tid = thread->owner.tid;

	if (thread->owner.hold != LOCK_HOLD_OWNED || thread->owner.is_shared || thread->owner.is_checked ||
	    is_task_of(list->look->file.region->header.pid, tid))
		return false;
	find_owner(list, thread);
	return thread->owner.hold == LOCK_HOLD_OWNED && thread->owner.tid == tid;
}

/* A thread that is not in the list began a moment ago, or belongs to another process, or is gone. */
static void find_holder(const struct thread_list *list, struct listed_thread *thread)
{
	const struct lock_owner *owner = &thread->owner;

	if (owner->hold != LOCK_HOLD_OWNED && owner->hold != LOCK_HOLD_JOINED)
		return;
	thread->holder = thread_list_find(list, owner->tid);
	if (thread->holder)
		memcpy(thread->holder_name, thread->holder->name, sizeof(thread->holder_name));
	else if (!(thread->is_holder_gone = is_left_locked(list, thread)))
		process_task_read_name((pid_t)owner->tid, thread->holder_name);
}

void thread_list_find_holders(struct thread_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		struct listed_thread *thread = &list->threads[i];

		if (!thread->is_waiting)
			continue;
		find_mutex_of_condition(thread);
		find_owner(list, thread);
		find_holder(list, thread);
	}
}
