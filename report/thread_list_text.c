/* SPDX-License-Identifier: MIT */
/* The threads of a process as a page of text. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "thread_list_parts.h"
#include "tool_text.h"

struct time_text thread_list_time(int64_t ns)
{
	int64_t seconds = ns / 1000000000;
	struct time_text time;

	if (ns < 0)
		snprintf(time.text, sizeof(time.text), "-");
	else if (ns < 1000000)
		snprintf(time.text, sizeof(time.text), "%.0fus", (double)ns / 1e3);
	else if (ns < 1000000000)
		snprintf(time.text, sizeof(time.text), "%.0fms", (double)ns / 1e6);
	else if (seconds < 60)
		snprintf(time.text, sizeof(time.text), "%.1fs", (double)ns / 1e9);
	else if (seconds < 3600)
		snprintf(time.text, sizeof(time.text), "%" PRId64 "m%02" PRId64 "s", seconds / 60, seconds % 60);
	else
		snprintf(time.text, sizeof(time.text), "%" PRId64 "h%02" PRId64 "m", seconds / 3600, seconds / 60 % 60);
	return time;
}

unsigned thread_list_notes(const struct thread_list *list, const char *out_notes[THREAD_LIST_NOTES])
{
	const struct region_header *header = &list->look->file.region->header;
	bool has_waits = atomic_load_explicit(&header->block_rate_ns, memory_order_relaxed) != 0;
	bool has_locks = atomic_load_explicit(&header->mutex_fraction, memory_order_relaxed) != 0;
	unsigned count = 0;

	if (list->memory_error == -EACCES || list->memory_error == -EPERM)
		out_notes[count++] =
			"its memory may not be read, so holders, names of locks and some stacks are missing: run "
			"this as root, or as its user with `sysctl kernel.yama.ptrace_scope=0`";
	else if (list->memory_error)
		out_notes[count++] = "its memory cannot be read: holders, names of locks and some stacks are missing";
	if (list->tasks_error)
		out_notes[count++] = "its threads cannot be listed: those are shown that have waited once";
	if (!has_waits && has_locks)
		out_notes[count++] =
			"its block profile is off (CONTEND_BLOCK_RATE=0): only waits for locks, conditions and "
			"the like are seen, no input or output";
	else if (!has_waits)
		out_notes[count++] =
			"both its profiles are off (CONTEND_FRACTION=0, CONTEND_BLOCK_RATE=0): waits that began "
			"since are not seen";
	if (list->names.failed_objects)
		out_notes[count++] =
			"debug information of one of its objects or more is damaged or takes too long: files and lines "
			"are missing";
	return count;
}

static void append(char *line, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void append(char *line, const char *format, ...)
{
	size_t length = strlen(line);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line + length, THREAD_LIST_LINE_BYTES - length, format, arguments);
	va_end(arguments);
}

/* Who holds it: ", held by 4713 (writer)". */
static void append_holder(char *line, const struct listed_thread *thread)
{
	const struct lock_owner *owner = &thread->owner;

	switch (owner->hold) {
	case LOCK_HOLD_OWNED:
		if (thread->is_holder_gone)
			append(line, ", left locked by thread %u, which has ended", owner->tid);
		else if (owner->tid == thread->tid)
			append(line, ", held by itself");
		else
			append(line, ", held by %u (%s)%s", owner->tid, thread->holder_name,
			       thread->holder ? "" : " of another process");
		break;
	case LOCK_HOLD_READ:
		append(line, ", held by %u reader%s", owner->readers, owner->readers == 1 ? "" : "s");
		break;
	case LOCK_HOLD_JOINED:
		append(line, " (%s)", thread->holder_name);
		break;
	case LOCK_HOLD_LOST:
		append(line, ", never to be had again: its owner died with it");
		break;
	case LOCK_HOLD_FREE:
	case LOCK_HOLD_TAKEN:
	case LOCK_HOLD_UNKNOWN:
		break;
	}
	if (owner->words[0])
		append(line, ", %s", owner->words);
}

void thread_list_describe(const struct thread_list *list, const struct listed_thread *thread,
			  char line[THREAD_LIST_LINE_BYTES])
{
	line[0] = '\0';
	if (thread->is_waiting) {
		append(line, "%s%s", thread->gets_mutex_back ? "to have back mutex " : "", thread->lock);
		append_holder(line, thread);
		if (thread->wait_depth > 1)
			append(line, "%sin a signal handler that interrupted another wait", line[0] ? "; " : "");
	} else if (thread->is_ours) {
		append(line, "of the profiler, at rest");
	} else if (thread->is_asleep) {
		append(line, "in %s",
		       thread->depth && list->has_names
			       ? tool_text_function(thread_list_function(list, thread->frames[0]).function)
			       : "a system call");
	}
	if (thread->deadlock)
		append(line, " [deadlock %u]", thread->deadlock);
	else if (thread->behind)
		append(line, " [behind deadlock %u]", thread->behind);
}

static void write_deadlock(const struct thread_list *list, const struct listed_deadlock *deadlock, unsigned number,
			   FILE *out)
{
	if (deadlock->count == 1)
		fprintf(out, "DEADLOCK %u: a thread waits for what it holds itself, %s.\n", number,
			deadlock->is_limited ? "until its time is up" : "for ever");
	else
		fprintf(out, "DEADLOCK %u: %zu threads wait for each other in a circle, %s.\n", number, deadlock->count,
			deadlock->is_limited ? "until the time of one is up" : "for ever");
	for (size_t i = 0; i < deadlock->count; i++) {
		const struct listed_thread *thread = deadlock->threads[i];
		char line[THREAD_LIST_LINE_BYTES] = "";

		append_holder(line, thread);
		fprintf(out, "  Thread %u (%s) has waited %s %s %s%s%s%s\n", thread->tid, thread->name,
			thread_list_time(thread->waited_ns).text, thread->kind == WAIT_JOIN ? "for the end of" : "for",
			thread->gets_mutex_back     ? "mutex "
			: thread->kind == WAIT_JOIN ? ""
						    : thread_list_kind_name(thread->kind),
			thread->kind == WAIT_JOIN || thread->gets_mutex_back ? "" : " ", thread->lock, line);
		if (list->has_names)
			thread_list_write_frames(list, thread, out);
	}
	if (deadlock->behind)
		fprintf(out, "  %zu other thread%s behind them.\n", deadlock->behind,
			deadlock->behind == 1 ? " waits" : "s wait");
	fputc('\n', out);
}

/* Locks that nobody will release. */
static void write_left(const struct thread_list *list, FILE *out)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct listed_thread *thread = &list->threads[i];
		char line[THREAD_LIST_LINE_BYTES] = "";

		if (!thread->is_holder_gone)
			continue;
		append_holder(line, thread);
		fprintf(out, "STUCK: thread %u (%s) has waited %s for %s %s%s.\n", thread->tid, thread->name,
			thread_list_time(thread->waited_ns).text,
			thread->gets_mutex_back ? "mutex" : thread_list_kind_name(thread->kind), thread->lock, line);
		if (list->has_names)
			thread_list_write_frames(list, thread, out);
		fputc('\n', out);
	}
}

static void write_head(const struct thread_list *list, FILE *out)
{
	time_t seconds = (time_t)(list->taken_wall_ns / 1000000000);
	size_t waiting = 0, recorded = 0;
	char when[32] = "?";
	struct tm fields;

	for (size_t i = 0; i < list->count; i++) {
		waiting += list->threads[i].is_waiting;
		recorded += list->threads[i].is_recorded;
	}
	if (localtime_r(&seconds, &fields))
		strftime(when, sizeof(when), "%F %T", &fields);
	if (list->is_alive)
		fprintf(out, "%s at %s: %zu thread%s, %zu waiting\n", list->look->label, when, list->count,
			list->count == 1 ? "" : "s", waiting);
	else
		fprintf(out, "%s is dead: %s. %zu thread%s known, %zu waited then\n", list->look->label,
			list->look->ending.words, recorded, recorded == 1 ? " was" : "s were", waiting);
}

/* For how long; or, of a process that is dead, since what time of day. */
static struct time_text waited_text(const struct thread_list *list, const struct listed_thread *thread)
{
	time_t seconds = (time_t)(thread->since_wall_ns / 1000000000);
	struct time_text text = {"-"};
	struct tm fields;

	if (thread->is_waiting && list->is_alive)
		return thread_list_time(thread->waited_ns);
	if (thread->is_waiting && localtime_r(&seconds, &fields))
		strftime(text.text, sizeof(text.text), "%T", &fields);
	return text;
}

static void write_row(const struct thread_list *list, const struct listed_thread *thread, FILE *out)
{
	char line[THREAD_LIST_LINE_BYTES], tid[16];

	thread_list_describe(list, thread, line);
	fprintf(out, "%8s  %-15s  %-12s  %8s%s%s\n", thread_list_tid_text(thread->tid, tid),
		thread->name[0] ? thread->name : "-", thread_list_state_name(thread), waited_text(list, thread).text,
		line[0] ? "  " : "", line);
}

void thread_list_write(const struct thread_list *list, bool with_stacks, FILE *out)
{
	struct listed_thread **order = calloc(list->count + 1, sizeof(*order));
	const char *notes[THREAD_LIST_NOTES];
	unsigned count = thread_list_notes(list, notes);

	write_head(list, out);
	for (unsigned i = 0; i < count; i++)
		fprintf(out, "Note: %s.\n", notes[i]);
	fputc('\n', out);
	for (size_t i = 0; i < list->deadlock_count; i++)
		write_deadlock(list, &list->deadlocks[i], (unsigned)i + 1, out);
	write_left(list, out);
	fprintf(out, "%8s  %-15s  %-12s  %8s  %s\n", "TID", "NAME", "STATE", list->is_alive ? "FOR" : "SINCE", "WHAT");
	for (size_t i = 0; i < list->count && order; i++)
		order[i] = &list->threads[i];
	if (order) {
		qsort(order, list->count, sizeof(*order), thread_list_compare_importance);
		for (size_t i = 0; i < list->count; i++)
			write_row(list, order[i], out);
		if (with_stacks && list->has_names)
			thread_list_write_stacks(list, order, out);
	}
	free(order);
}
