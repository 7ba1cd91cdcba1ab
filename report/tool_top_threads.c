/* SPDX-License-Identifier: MIT */
/* The view of threads: what each does or waits for, and on what it spent its time. */
#include <stdlib.h>
#include <string.h>

#include "thread_list_parts.h"
#include "tool_text.h"
#include "tool_top.h"

enum threads_column {
	COLUMN_TID,
	COLUMN_NAME,
	COLUMN_STATE,
	COLUMN_FOR,
	COLUMN_CPU,
	COLUMN_BLOCKED,
	COLUMN_WHAT,
	COLUMN_LIMIT,
	KEY_IMPORTANCE = COLUMN_STATE
};

static const struct top_column columns[] = {
	[COLUMN_TID] = {.title = "TID", .width = 7, .is_sorted = true, .is_smaller = true},
	[COLUMN_NAME] = {.title = "NAME", .width = 15, .is_left = true},
	[COLUMN_STATE] = {.title = "STATE", .width = 12, .is_left = true, .is_sorted = true, .is_smaller = true},
	[COLUMN_FOR] = {.title = "FOR", .width = 7, .is_sorted = true},
	[COLUMN_CPU] = {.title = "CPU%", .width = 5, .is_sorted = true},
	[COLUMN_BLOCKED] = {.title = "WAIT%", .width = 5, .is_sorted = true},
	[COLUMN_WHAT] = {.title = "WHAT", .width = 20, .is_left = true},
};

static const struct listed_thread *thread_of(const struct top_data *data, const struct top_row *row)
{
	return &data->now->threads->threads[row->item];
}

/* The same one in the look before; NULL: it began since. */
static const struct listed_thread *find_earlier(const struct top_data *data, const struct listed_thread *thread)
{
	const struct listed_thread *earlier =
		data->before ? thread_list_find(data->before->threads, thread->tid) : NULL;

	return earlier && earlier->start_ticks == thread->start_ticks ? earlier : NULL;
}

static void fill_keys(const struct top_data *data, const struct listed_thread *thread, double keys[TOP_COLUMNS])
{
	static const struct listed_thread nothing;
	const struct listed_thread *earlier = find_earlier(data, thread);

	if (!earlier)
		earlier = &nothing;
	double wall_ns = (double)(thread->wall_ns - earlier->wall_ns);

	keys[COLUMN_TID] = thread->tid;
	keys[COLUMN_FOR] = thread->is_waiting ? (double)thread->waited_ns : -1;
	keys[COLUMN_CPU] = top_share((double)(thread->cpu_ns - earlier->cpu_ns), wall_ns);
	keys[COLUMN_BLOCKED] =
		top_share((double)(thread_list_blocked_ns(thread) - thread_list_blocked_ns(earlier)), wall_ns);
}

static size_t threads_room(const struct top_data *data)
{
	return data->now->threads->count;
}

static size_t make_rows(const struct top_data *data, const struct top_choice *choice, struct top_row *out_rows)
{
	const struct thread_list *list = data->now->threads;
	struct listed_thread **order = calloc(list->count + 1, sizeof(*order));

	(void)choice;
	for (size_t i = 0; i < list->count; i++) {
		out_rows[i] = (struct top_row){.id = list->threads[i].tid, .item = i};
		fill_keys(data, &list->threads[i], out_rows[i].keys);
		if (order)
			order[i] = &list->threads[i];
	}
	if (!order)
		return list->count;
	qsort(order, list->count, sizeof(*order), thread_list_compare_importance);
	for (size_t i = 0; i < list->count; i++)
		out_rows[order[i] - list->threads].keys[KEY_IMPORTANCE] = (double)i;
	free(order);
	return list->count;
}

static void print_what(const struct top_data *data, const struct listed_thread *thread, const char *before, FILE *out)
{
	char line[THREAD_LIST_LINE_BYTES];

	thread_list_describe(data->now->threads, thread, line);
	fputs(line[0] ? before : "", out);
	tool_text_print(line, out);
}

static void print_cell(const struct top_data *data, const struct top_row *row, unsigned column, FILE *out)
{
	const struct listed_thread *thread = thread_of(data, row);
	char tid[16];

	switch ((enum threads_column)column) {
	case COLUMN_TID:
		fputs(thread_list_tid_text(thread->tid, tid), out);
		break;
	case COLUMN_NAME:
		tool_text_print(thread->name[0] ? thread->name : "-", out);
		break;
	case COLUMN_STATE:
		fputs(thread_list_state_name(thread), out);
		break;
	case COLUMN_FOR:
		fputs(thread_list_time(thread->is_waiting ? thread->waited_ns : -1).text, out);
		break;
	case COLUMN_CPU:
	case COLUMN_BLOCKED:
		fprintf(out, "%.0f", row->keys[column]);
		break;
	case COLUMN_WHAT:
		print_what(data, thread, "", out);
		break;
	case COLUMN_LIMIT:
		break;
	}
}

/* "4713 (writer): mutex for 4.1s, accounts, held by ..." and the stack. */
static void print_thread(const struct top_data *data, const struct listed_thread *thread, FILE *out)
{
	char tid[16];

	fprintf(out, "Thread %s (", thread_list_tid_text(thread->tid, tid));
	tool_text_print(thread->name, out);
	fprintf(out, "): %s", thread_list_state_name(thread));
	if (thread->is_waiting)
		fprintf(out, " for %s", thread_list_time(thread->waited_ns).text);
	print_what(data, thread, ", ", out);
	fputs("\n", out);
	if (data->now->threads->has_names && thread->depth)
		thread_list_write_frames(data->now->threads, thread, out);
	fputs("\n", out);
}

static void print_kinds(const struct listed_thread *thread, FILE *out)
{
	for (int kind = 0; kind < WAIT_KIND_COUNT; kind++)
		if (thread->waited_by_kind_ns[kind] > 0)
			fprintf(out, "  %-14s %s\n", thread_list_kind_name(kind),
				thread_list_time(thread->waited_by_kind_ns[kind]).text);
}

static void print_page(const struct top_data *data, const struct top_row *row, FILE *out)
{
	const struct listed_thread *thread = thread_of(data, row);

	print_thread(data, thread, out);
	if (thread->holder && thread->holder != thread) {
		fputs("which is held by\n\n", out);
		print_thread(data, thread->holder, out);
	}
	fprintf(out, "since it began, %s ago\n", thread_list_time(thread->wall_ns).text);
	fprintf(out, "  %-14s %s\n", "on a CPU", thread_list_time(thread->cpu_ns).text);
	fprintf(out, "  %-14s %s\n", "ready for one", thread_list_time(thread->queue_ns).text);
	fprintf(out, "  %-14s %s; of its calls:\n", "blocked", thread_list_time(thread_list_blocked_ns(thread)).text);
	print_kinds(thread, out);
}

static void print_none(const struct top_data *data, const struct top_choice *choice, FILE *out)
{
	(void)data, (void)choice;
	fputs("No thread can be seen.", out);
}

const struct top_view top_threads = {
	.key = 't',
	.name = "threads",
	.sentence = "what each thread does or waits for, and who holds that",
	.columns = columns,
	.column_count = COLUMN_LIMIT,
	.sort = KEY_IMPORTANCE,
	.then = COLUMN_TID,
	.room = threads_room,
	.make_rows = make_rows,
	.print_cell = print_cell,
	.print_page = print_page,
	.print_none = print_none,
};
