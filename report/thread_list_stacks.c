/* SPDX-License-Identifier: MIT */
/* The stacks of the threads of a process as text, each once. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "frame.h"
#include "path.h"
#include "thread_list_parts.h"
#include "tool_text.h"

const char *thread_list_tid_text(uint32_t tid, char out_text[16])
{
	snprintf(out_text, 16, tid == UINT32_MAX ? "?" : "%u", tid);
	return out_text;
}

const char *thread_list_state_name(const struct listed_thread *thread)
{
	if (thread->is_waiting)
		return thread_list_kind_name(thread->kind);
	switch (thread->state) {
	case 'R':
		return "runs";
	case 'T':
	case 't':
		return "stopped";
	case 'Z':
	case 'X':
		return "ended";
	case 'S':
	case 'D':
		return thread->is_ours ? "helper" : "asleep";
	default:
		return thread->is_recorded ? "no wait" : "unknown";
	}
}

static void write_function(const struct code_name *name, FILE *out)
{
	enum { COLUMNS = 40 };
	const char *function = tool_text_function(name->function);
	int room = COLUMNS - (int)strnlen(function, COLUMNS);

	fputs("      ", out);
	tool_text_print(function, out);
	if (name->line) {
		fprintf(out, "%*s ", room, "");
		tool_text_print(path_base(name->file), out);
		fprintf(out, ":%" PRId64 "%s", name->line, name->is_inlined ? " (inline)" : "");
	}
	fputc('\n', out);
}

void thread_list_write_frames(const struct thread_list *list, const struct listed_thread *thread, FILE *out)
{
	struct code_name name;

	for (unsigned i = 0; i < thread->depth; i++)
		if (i == 0 && thread->is_waiting)
			write_function(
				&(struct code_name){.function = thread_list_function(list, thread->frames[0]).function},
				out);
		else
			for (size_t n = 0; code_names_at(&list->names, frame_address(thread->frames[i]), n, &name); n++)
				write_function(&name, out);
	if (thread->is_cut)
		fputs("      [and more]\n", out);
	if (!thread->depth)
		fputs("      [not known]\n", out);
}

/* Those that matter first: waits that somebody should end, the longest first; then who runs; then who has nothing to do. */
static int rank(const struct listed_thread *thread)
{
	if (thread->deadlock || thread->is_holder_gone)
		return 0;
	if (thread->is_ours)
		return 5;
	if (thread->is_waiting)
		return thread_list_kind_is_idle(thread->kind) && !thread->gets_mutex_back ? 4 : 1;
	return thread->state == 'R' ? 2 : 3;
}

int thread_list_compare_importance(const void *a, const void *b)
{
	const struct listed_thread *left = *(struct listed_thread *const *)a;
	const struct listed_thread *right = *(struct listed_thread *const *)b;

	if (rank(left) != rank(right))
		return rank(left) - rank(right);
	if (left->since_wall_ns != right->since_wall_ns)
		return left->since_wall_ns < right->since_wall_ns ? -1 : 1;
	return (left->tid > right->tid) - (left->tid < right->tid);
}

/* Which stacks are the same, what is waited for aside. */
static int compare_stacks(const void *a, const void *b)
{
	const struct listed_thread *left = *(struct listed_thread *const *)a;
	const struct listed_thread *right = *(struct listed_thread *const *)b;

	if (left->depth != right->depth)
		return left->depth < right->depth ? -1 : 1;
	return memcmp(left->frames, right->frames, left->depth * sizeof(*left->frames));
}

static void write_group(const struct thread_list *list, struct listed_thread **threads, size_t count, FILE *out)
{
	enum { NAMED = 16 };
	char tid[16];

	fprintf(out, "\n  %zu thread%s (%s):", count, count == 1 ? "" : "s", thread_list_state_name(threads[0]));
	for (size_t i = 0; i < count && i < NAMED; i++)
		fprintf(out, " %s", thread_list_tid_text(threads[i]->tid, tid));
	fputs(count > NAMED ? " ...\n" : "\n", out);
	thread_list_write_frames(list, threads[0], out);
}

struct group {
	struct listed_thread **threads;
	size_t count;
};

static int compare_groups(const void *a, const void *b)
{
	const struct group *left = a, *right = b;

	if (left->count != right->count)
		return left->count > right->count ? -1 : 1;
	return thread_list_compare_importance(left->threads, right->threads);
}

/* Threads with the same stack; `order` is sorted by stacks. */
static size_t find_groups(struct listed_thread **order, size_t count, struct group *out_groups)
{
	size_t groups = 0;

	for (size_t i = 0; i < count; i++)
		if (i && compare_stacks(&order[i - 1], &order[i]) == 0)
			out_groups[groups - 1].count++;
		else
			out_groups[groups++] = (struct group){.threads = &order[i], .count = 1};
	return groups;
}

/* Each stack once, the one that most threads are in first; without those that were explained above. */
void thread_list_write_stacks(const struct thread_list *list, struct listed_thread **order, FILE *out)
{
	struct group *groups = calloc(list->count + 1, sizeof(*groups));
	size_t count = 0, group_count;

	for (size_t i = 0; i < list->count; i++)
		if (order[i]->depth && !order[i]->deadlock && !order[i]->is_holder_gone)
			order[count++] = order[i];
	if (!count || !groups) {
		free(groups);
		return;
	}
	qsort(order, count, sizeof(*order), compare_stacks);
	group_count = find_groups(order, count, groups);
	qsort(groups, group_count, sizeof(*groups), compare_groups);
	fputs("\nStacks, the innermost call first:\n", out);
	for (size_t i = 0; i < group_count; i++)
		write_group(list, groups[i].threads, groups[i].count, out);
	free(groups);
}
