/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>

#include "deadlocks.h"
#include "thread_look.h"

/* Who waits for at most one thread: from any of them the way leads out of the list, or into one circle. Returns a thread of the
 * circle, or NULL. As many steps as there are threads lead into it. */
static struct listed_thread *find_circle(const struct thread_list *list, struct listed_thread *thread)
{
	for (size_t steps = 0; thread && steps < list->count; steps++)
		thread = thread->holder;
	return thread;
}

static size_t circle_size(const struct listed_thread *first)
{
	const struct listed_thread *thread = first->holder;
	size_t count = 1;

	for (; thread != first; thread = thread->holder)
		count++;
	return count;
}

/* Is it still in the wait that it was in before the holders were read? */
static bool still_waits(const struct thread_list *list, const struct listed_thread *thread)
{
	struct thread record;

	if (!list->is_alive)
		return true;
	return thread_look_at(&list->look->file, thread->record_index, &record) &&
	       atomic_load_explicit(&record.tid, memory_order_relaxed) == thread->tid &&
	       record.wait_depth == thread->wait_depth && record.wait_sequence == thread->wait_sequence;
}

/* Who waits for what it holds itself may have it just now, and not have said so yet; but not while it sleeps, after its owner was
 * read. */
static bool sleeps(const struct thread_list *list, const struct listed_thread *thread)
{
	struct process_task task;

	if (!list->is_alive)
		return true;
	return process_task_read((pid_t)list->look->file.region->header.pid, (pid_t)thread->tid, &task) &&
	       task.is_in_call;
}

static bool all_still_wait(const struct thread_list *list, const struct listed_thread *first)
{
	const struct listed_thread *thread = first;

	if (first->holder == first && !sleeps(list, first))
		return false;
	do {
		if (!still_waits(list, thread))
			return false;
		thread = thread->holder;
	} while (thread != first);
	return true;
}

static int add_circle(struct thread_list *list, struct listed_thread *first)
{
	struct listed_deadlock *deadlock = &list->deadlocks[list->deadlock_count];
	struct listed_thread *thread = first;

	*deadlock = (struct listed_deadlock){.count = circle_size(first)};
	deadlock->threads = calloc(deadlock->count, sizeof(*deadlock->threads));
	if (!deadlock->threads)
		return -ENOMEM;
	list->deadlock_count++;
	for (size_t i = 0; i < deadlock->count; i++, thread = thread->holder) {
		deadlock->threads[i] = thread;
		deadlock->is_limited |= thread->is_limited;
		thread->deadlock = (unsigned)list->deadlock_count;
	}
	return 0;
}

static int find_circles(struct thread_list *list)
{
	int error = 0;

	for (size_t i = 0; i < list->count && !error; i++) {
		struct listed_thread *first = find_circle(list, &list->threads[i]);

		if (first && !first->deadlock && all_still_wait(list, first))
			error = add_circle(list, first);
	}
	return error;
}

static void find_behind(struct thread_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		struct listed_thread *thread = &list->threads[i];
		struct listed_thread *circle = thread->deadlock ? NULL : find_circle(list, thread);

		if (!circle || !circle->deadlock)
			continue;
		thread->behind = circle->deadlock;
		list->deadlocks[circle->deadlock - 1].behind++;
	}
}

int deadlocks_find(struct thread_list *list)
{
	int error;

	list->deadlocks = calloc(list->count ? list->count : 1, sizeof(*list->deadlocks));
	if (!list->deadlocks)
		return -ENOMEM;
	error = find_circles(list);
	if (!error)
		find_behind(list);
	return error;
}
