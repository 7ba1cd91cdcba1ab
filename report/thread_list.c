/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "deadlocks.h"
#include "thread_list_parts.h"
#include "thread_look.h"

#define NS_PER_SECOND INT64_C(1000000000)

static int64_t now_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * NS_PER_SECOND + now.tv_nsec;
}

static int64_t ns_of_ticks(const struct thread_list *list, uint64_t ticks)
{
	return (int64_t)((double)ticks * list->look->snapshot->ns_per_tick);
}

/* Now, on the clock of the region. Another clock source than ours can only be compared by way of the kernel's. */
static uint64_t now_ticks(const struct thread_list *list)
{
	const struct region_header *header = &list->look->file.region->header;
	struct snapshot_moment now;

	snapshot_clock_now(&now);
	if (now.clock_source == header->clock_source)
		return now.anchor.ticks;
	return header->started.ticks + (uint64_t)((double)(now.anchor.monotonic_ns - header->started.monotonic_ns) /
						  list->look->snapshot->ns_per_tick);
}

/* What the program calls it through contend.h; else the kernel's name stays. */
static void take_name(struct listed_thread *thread, const struct thread *record)
{
	_Static_assert(sizeof(thread->name) >= sizeof(record->name), "names fit");
	size_t bytes = strnlen(record->name, sizeof(record->name) - 1);

	if (!bytes)
		return;
	memcpy(thread->name, record->name, bytes);
	thread->name[bytes] = '\0';
	process_task_clean_name(thread->name);
}

/* What the thread has told: its own words, copied. */
static void take_record(struct thread_list *list, struct listed_thread *thread, const struct thread *record,
			uint32_t index)
{
	const struct thread_wait *wait = &record->waits[record->wait_depth ? record->wait_depth - 1 : 0];

	thread->is_recorded = true;
	thread->record_index = index;
	thread->wait_sequence = record->wait_sequence;
	thread->wait_depth = record->wait_depth;
	thread->stack = record->stack;
	take_name(thread, record);
	for (int kind = 0; kind < WAIT_KIND_COUNT; kind++)
		thread->waited_by_kind_ns[kind] = ns_of_ticks(list, record->waited_ticks[kind]);
	if (!record->wait_depth || wait->kind >= WAIT_KIND_COUNT)
		return;
	thread->is_waiting = true;
	thread->wait = *wait;
	thread->kind = wait->kind;
	thread->outer_kind = record->waits[0].kind < WAIT_KIND_COUNT ? record->waits[0].kind : wait->kind;
	thread->outer_since_ticks = record->waits[0].waiter.since_ticks;
	thread->object = wait->object;
}

static void take_task(struct listed_thread *thread, const struct process_task *task, int64_t boot_ns)
{
	thread->tid = (uint32_t)task->tid;
	memcpy(thread->name, task->name, sizeof(thread->name));
	thread->state = task->state;
	thread->start_ticks = task->start_ticks;
	thread->cpu_ns = task->cpu_ns;
	thread->queue_ns = task->queue_ns;
	thread->wall_ns = boot_ns - (int64_t)((double)task->start_ticks / (double)sysconf(_SC_CLK_TCK) * 1e9);
	thread->task = *task;
}

static int compare_threads(const void *a, const void *b)
{
	const struct listed_thread *left = a, *right = b;

	return (left->tid > right->tid) - (left->tid < right->tid);
}

struct listed_thread *thread_list_find(const struct thread_list *list, uint32_t tid)
{
	struct listed_thread key = {.tid = tid};

	return list->count ? bsearch(&key, list->threads, list->count, sizeof(key), compare_threads) : NULL;
}

/* The kernel's list; of a dead process, or where that cannot be read, there is none. */
static int take_tasks(struct thread_list *list, size_t room)
{
	struct process_task *tasks = NULL;
	size_t count = 0;
	int64_t boot_ns;

	if (list->is_alive)
		list->tasks_error = process_tasks_read(list->look->file.region->header.pid, &tasks, &count);
	if (list->tasks_error == -ENOENT || (list->is_alive && !list->tasks_error && !count))
		return -ESRCH;
	if (list->tasks_error == -ENOMEM)
		return -ENOMEM;
	boot_ns = now_ns(CLOCK_BOOTTIME);
	list->threads = calloc(room + count + 1, sizeof(*list->threads));
	for (size_t i = 0; i < count && list->threads; i++)
		take_task(&list->threads[i], &tasks[i], boot_ns);
	list->count = count;
	free(tasks);
	return list->threads ? 0 : -ENOMEM;
}

/* Threads that the kernel does not list have ended; where it lists none, all have to be believed. */
static void take_records(struct thread_list *list, uint32_t room)
{
	size_t tasks = list->count;

	for (uint32_t index = 0; index < room; index++) {
		struct listed_thread *thread;
		struct thread record;
		uint32_t tid;

		if (!thread_look_at(&list->look->file, index, &record))
			continue;
		tid = atomic_load_explicit(&record.tid, memory_order_relaxed);
		thread = tasks ? bsearch(&(struct listed_thread){.tid = tid}, list->threads, tasks,
					 sizeof(*list->threads), compare_threads)
			       : NULL;
		if (!thread && tasks && tid != UINT32_MAX)
			continue;
		if (!thread) {
			thread = &list->threads[list->count++];
			*thread = (struct listed_thread){.tid = tid, .cpu_ns = -1, .queue_ns = -1};
		}
		take_record(list, thread, &record, index);
	}
	if (list->count)
		qsort(list->threads, list->count, sizeof(*list->threads), compare_threads);
}

static bool is_on_stack(const struct listed_thread *thread, uint64_t address)
{
	return address >= thread->stack.low_address && address < thread->stack.high_address;
}

/* It sleeps above the frame of the wrapper, which was left by longjmp. */
static bool is_abandoned(const struct listed_thread *thread)
{
	uint64_t sp = thread->task.sp, frame = stack_mark_address(thread->wait.frame_mark);

	return thread->task.is_in_call && sp > frame && is_on_stack(thread, sp) && is_on_stack(thread, frame);
}

static void take_times(struct thread_list *list)
{
	const struct region_header *header = &list->look->file.region->header;
	uint64_t ticks = list->is_alive ? now_ticks(list) : 0;

	for (size_t i = 0; i < list->count; i++) {
		struct listed_thread *thread = &list->threads[i];

		thread->is_waiting &= !is_abandoned(thread);
		thread->is_ours = !thread->is_recorded && strcmp(thread->name, "contend") == 0;
		thread->is_asleep = !thread->is_waiting && thread->task.is_in_call;
		if (!thread->is_waiting)
			continue;
		thread->since_wall_ns =
			header->started_wall_ns +
			ns_of_ticks(list, clock_elapsed_ticks(header->started.ticks, thread->wait.waiter.since_ticks));
		thread->waited_ns =
			list->is_alive ? ns_of_ticks(list, clock_elapsed_ticks(thread->wait.waiter.since_ticks, ticks))
				       : -1;
		thread->waited_by_kind_ns[thread->outer_kind] +=
			ns_of_ticks(list, clock_elapsed_ticks(thread->outer_since_ticks, list->is_alive ? ticks : 0));
	}
}

int thread_list_take(const struct tool_look *look, const struct thread_list_order *order, struct thread_list **out_list)
{
	struct thread_list *list = calloc(1, sizeof(*list));
	uint32_t room = thread_look_count(&look->file);
	pid_t pid = look->file.region->header.pid;
	int error;

	if (!list)
		return -ENOMEM;
	list->look = look;
	list->is_alive = look->ending.life == ENDING_ALIVE;
	list->taken_wall_ns = now_ns(CLOCK_REALTIME);
	process_memory_open(&list->memory, list->is_alive ? pid : 0);
	list->memory_error = list->is_alive ? list->memory.error : 0;
	error = take_tasks(list, room);
	if (!error) {
		take_records(list, room);
		take_times(list);
		thread_list_find_holders(list);
		if (order->has_names)
			error = thread_list_name(list, order->lines);
	}
	if (!error)
		error = deadlocks_find(list);
	if (error)
		thread_list_free(list);
	else
		*out_list = list;
	return error;
}

void thread_list_free(struct thread_list *list)
{
	if (!list)
		return;
	for (size_t i = 0; i < list->deadlock_count; i++)
		free(list->deadlocks[i].threads);
	free(list->deadlocks);
	code_names_free(&list->names);
	process_objects_close(list->objects);
	process_memory_close(&list->memory);
	free(list->threads);
	free(list);
}

static int64_t less(int64_t now, int64_t before)
{
	return now < 0 || before < 0 ? now : now > before ? now - before : 0;
}

void thread_list_subtract(struct thread_list *list, const struct thread_list *earlier)
{
	for (size_t i = 0; i < list->count; i++) {
		struct listed_thread *thread = &list->threads[i];
		const struct listed_thread *before = thread_list_find(earlier, thread->tid);

		if (!before || before->start_ticks != thread->start_ticks)
			continue;
		thread->wall_ns = less(thread->wall_ns, before->wall_ns);
		thread->cpu_ns = less(thread->cpu_ns, before->cpu_ns);
		thread->queue_ns = less(thread->queue_ns, before->queue_ns);
		for (int kind = 0; kind < WAIT_KIND_COUNT; kind++)
			thread->waited_by_kind_ns[kind] =
				less(thread->waited_by_kind_ns[kind], before->waited_by_kind_ns[kind]);
	}
}
