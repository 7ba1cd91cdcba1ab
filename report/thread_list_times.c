/* SPDX-License-Identifier: MIT */
/* Where the threads of a process spent their time. On CPU, and ready but another thread had the CPU: as the kernel counts it;
 * blocked is the rest. What the kinds of wait are said to have taken is from call to return: what a call does on a CPU
 * (copying, spinning) is in both. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "thread_list_parts.h"

/* Kinds of one name are one. */
struct named_time {
	const char *name;
	int64_t ns;
};

static int compare_times(const void *a, const void *b)
{
	const struct named_time *left = a, *right = b;

	return (left->ns < right->ns) - (left->ns > right->ns);
}

/* The longest first; how many there are. */
static size_t sort_kinds(const struct listed_thread *thread, struct named_time out_times[WAIT_KIND_COUNT])
{
	size_t count = 0;

	for (int kind = 0; kind < WAIT_KIND_COUNT; kind++) {
		const char *name = thread_list_kind_name(kind);
		size_t at = 0;

		while (at < count && strcmp(out_times[at].name, name))
			at++;
		if (at == count)
			out_times[count++] = (struct named_time){.name = name};
		out_times[at].ns += thread->waited_by_kind_ns[kind];
	}
	qsort(out_times, count, sizeof(*out_times), compare_times);
	return count;
}

static double share(const struct listed_thread *thread, int64_t ns)
{
	return thread->wall_ns > 0 && ns > 0 ? 100.0 * (double)ns / (double)thread->wall_ns : 0;
}

int64_t thread_list_blocked_ns(const struct listed_thread *thread)
{
	int64_t ns = thread->wall_ns - thread->cpu_ns - (thread->queue_ns > 0 ? thread->queue_ns : 0);

	if (thread->cpu_ns >= 0)
		return ns > 0 ? ns : 0;
	ns = 0;
	for (int kind = 0; kind < WAIT_KIND_COUNT; kind++)
		ns += thread->waited_by_kind_ns[kind];
	return ns < thread->wall_ns ? ns : thread->wall_ns;
}

static void write_reading(const struct listed_thread *thread, const struct named_time *longest, FILE *out)
{
	double on_cpu = share(thread, thread->cpu_ns), blocked = share(thread, thread_list_blocked_ns(thread));
	const char *where = share(thread, longest->ns) >= blocked / 2 ? longest->name : "various calls";

	if (share(thread, longest->ns) < 1 && blocked >= 50)
		where = "calls that are not measured";
	if (on_cpu >= 50)
		fputs("mostly on CPU", out);
	else if (share(thread, thread->queue_ns) >= 50)
		fputs("mostly waits for a CPU", out);
	else if (blocked >= 50)
		fprintf(out, "mostly blocked in %s", where);
	else
		fprintf(out, "mixed");
}

static void write_kinds(const struct listed_thread *thread, const struct named_time *times, size_t count, FILE *out)
{
	enum { SHOWN = 3 };
	char text[96] = "";
	size_t length = 0;

	for (size_t i = 0; i < count && i < SHOWN && share(thread, times[i].ns) >= 0.1; i++)
		length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%s %.1f%%", i ? ", " : "",
					   times[i].name, share(thread, times[i].ns));
	fprintf(out, "%-44s", text[0] ? text : "-");
}

static void write_time(const struct listed_thread *thread, int64_t ns, FILE *out)
{
	if (ns < 0)
		fprintf(out, "  %7s %6s", "-", "");
	else
		fprintf(out, "  %7s %5.1f%%", thread_list_time(ns).text, share(thread, ns));
}

static void write_row(const struct listed_thread *thread, FILE *out)
{
	struct named_time times[WAIT_KIND_COUNT];
	size_t count = sort_kinds(thread, times);

	fprintf(out, "%8u  %-15s  %7s", thread->tid, thread->name, thread_list_time(thread->wall_ns).text);
	write_time(thread, thread->cpu_ns, out);
	write_time(thread, thread->queue_ns, out);
	write_time(thread, thread_list_blocked_ns(thread), out);
	fputs("  ", out);
	write_kinds(thread, times, count, out);
	fputs("  ", out);
	write_reading(thread, &times[0], out);
	fputc('\n', out);
}

void thread_list_write_times(const struct thread_list *list, FILE *out)
{
	const char *notes[THREAD_LIST_NOTES];
	unsigned count = thread_list_notes(list, notes);

	fprintf(out, "%s: %zu thread%s\n", list->look->label, list->count, list->count == 1 ? "" : "s");
	for (unsigned i = 0; i < count; i++)
		fprintf(out, "Note: %s.\n", notes[i]);
	fprintf(out, "\n%8s  %-15s  %7s  %14s  %14s  %14s  %-44s  %s\n", "TID", "NAME", "WALL", "ON CPU", "READY",
		"BLOCKED", "WAITS, BY KIND", "READING");
	for (size_t i = 0; i < list->count; i++)
		write_row(&list->threads[i], out);
}
