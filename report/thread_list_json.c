/* SPDX-License-Identifier: MIT */
/* The threads of a process as one line of JSON. */
#include <inttypes.h>

#include "frame.h"
#include "thread_list_parts.h"
#include "tool_text.h"

static void write_text(FILE *out, const char *key, const char *text)
{
	fprintf(out, ", \"%s\": ", key);
	if (text && text[0])
		tool_text_print_json(text, out);
	else
		fputs("null", out);
}

/* Less than nothing is not known. */
static void write_number(FILE *out, const char *key, int64_t number)
{
	if (number < 0)
		fprintf(out, ", \"%s\": null", key);
	else
		fprintf(out, ", \"%s\": %" PRId64, key, number);
}

static void write_truth(FILE *out, const char *key, bool truth)
{
	fprintf(out, ", \"%s\": %s", key, truth ? "true" : "false");
}

static void write_holder(FILE *out, const struct listed_thread *thread)
{
	static const char *const holds[] = {
		[LOCK_HOLD_UNKNOWN] = "unknown", [LOCK_HOLD_FREE] = "free",      [LOCK_HOLD_OWNED] = "thread",
		[LOCK_HOLD_READ] = "readers",    [LOCK_HOLD_TAKEN] = "somebody", [LOCK_HOLD_JOINED] = "thread",
		[LOCK_HOLD_LOST] = "lost",
	};
	bool has_tid = thread->owner.hold == LOCK_HOLD_OWNED || thread->owner.hold == LOCK_HOLD_JOINED;

	write_text(out, "held_by", holds[thread->owner.hold]);
	write_number(out, "holder", has_tid ? (int64_t)thread->owner.tid : -1);
	write_text(out, "holder_name", thread->holder_name);
	write_truth(out, "holder_has_ended", thread->is_holder_gone);
	write_number(out, "readers", thread->owner.readers);
	write_text(out, "detail", thread->owner.words);
}

static void write_wait(FILE *out, const struct listed_thread *thread)
{
	fputs(", \"wait\": ", out);
	if (!thread->is_waiting) {
		fputs("null", out);
		return;
	}
	fputs("{\"kind\": ", out);
	tool_text_print_json(thread_list_kind_name(thread->kind), out);
	write_number(out, "waited_ns", thread->waited_ns);
	write_number(out, "since_ns", thread->since_wall_ns);
	fprintf(out, ", \"address\": \"0x%" PRIx64 "\"", thread->object);
	write_text(out, "object", thread->lock);
	write_truth(out, "gets_mutex_back", thread->gets_mutex_back);
	write_truth(out, "in_signal_handler", thread->wait_depth > 1);
	write_truth(out, "limited", thread->is_limited);
	write_holder(out, thread);
	fputc('}', out);
}

static void write_frame(FILE *out, uint64_t address, const struct code_name *name)
{
	fprintf(out, "{\"address\": \"0x%" PRIx64 "\"", address);
	write_text(out, "function", tool_text_function(name->function));
	write_text(out, "file", name->file);
	write_number(out, "line", name->line ? name->line : -1);
	write_truth(out, "inlined", name->is_inlined);
	fputc('}', out);
}

/* What was inlined into the function that the program called does not matter. */
static void write_stack(FILE *out, const struct thread_list *list, const struct listed_thread *thread)
{
	const char *comma = "";
	struct code_name name;

	fputs(", \"stack\": [", out);
	for (unsigned i = 0; i < thread->depth && list->has_names; i++) {
		uint64_t address = frame_address(thread->frames[i]);

		for (size_t n = 0; code_names_at(&list->names, address, n, &name); n++) {
			if (i == 0 && thread->is_waiting && name.is_inlined)
				continue;
			fputs(comma, out);
			write_frame(out, address, &name);
			comma = ", ";
		}
	}
	fputc(']', out);
	write_truth(out, "stack_is_cut", thread->is_cut);
}

static void write_times(FILE *out, const struct listed_thread *thread)
{
	bool has_any = false;

	write_number(out, "wall_ns", thread->task.tid ? thread->wall_ns : -1);
	write_number(out, "cpu_ns", thread->cpu_ns);
	write_number(out, "ready_ns", thread->queue_ns);
	fputs(", \"waits_ns\": {", out);
	for (int kind = 0; kind < WAIT_KIND_COUNT; kind++) {
		if (!thread->waited_by_kind_ns[kind] || kind == WAIT_FUTEX_LOCK)
			continue;
		fprintf(out, "%s\"%s\": %" PRId64, has_any ? ", " : "", thread_list_kind_name(kind),
			thread->waited_by_kind_ns[kind] +
				(kind == WAIT_FUTEX ? thread->waited_by_kind_ns[WAIT_FUTEX_LOCK] : 0));
		has_any = true;
	}
	fputc('}', out);
}

static void write_thread(FILE *out, const struct thread_list *list, const struct listed_thread *thread)
{
	char state[2] = {thread->state, '\0'};

	fprintf(out, "{\"tid\": %" PRId64, thread->tid == UINT32_MAX ? -1 : (int64_t)thread->tid);
	write_text(out, "name", thread->name);
	write_text(out, "state", state);
	write_truth(out, "helper", thread->is_ours);
	write_number(out, "deadlock", thread->deadlock ? (int64_t)thread->deadlock : -1);
	write_number(out, "behind_deadlock", thread->behind ? (int64_t)thread->behind : -1);
	write_wait(out, thread);
	write_stack(out, list, thread);
	write_times(out, thread);
	fputc('}', out);
}

static void write_deadlock(FILE *out, const struct listed_deadlock *deadlock)
{
	fputs("{\"threads\": [", out);
	for (size_t i = 0; i < deadlock->count; i++)
		fprintf(out, "%s%u", i ? ", " : "", deadlock->threads[i]->tid);
	fprintf(out, "], \"threads_behind\": %zu", deadlock->behind);
	write_truth(out, "limited", deadlock->is_limited);
	fputc('}', out);
}

void thread_list_write_json(const struct thread_list *list, FILE *out)
{
	const char *notes[THREAD_LIST_NOTES];
	unsigned count = thread_list_notes(list, notes);

	fprintf(out, "{\"pid\": %d, \"process\": ", list->look->file.region->header.pid);
	tool_text_print_json(list->look->label, out);
	write_truth(out, "alive", list->is_alive);
	write_number(out, "taken_ns", list->taken_wall_ns);
	fputs(", \"notes\": [", out);
	for (unsigned i = 0; i < count; i++) {
		fputs(i ? ", " : "", out);
		tool_text_print_json(notes[i], out);
	}
	fputs("], \"deadlocks\": [", out);
	for (size_t i = 0; i < list->deadlock_count; i++) {
		fputs(i ? ", " : "", out);
		write_deadlock(out, &list->deadlocks[i]);
	}
	fputs("], \"threads\": [", out);
	for (size_t i = 0; i < list->count; i++) {
		fputs(i ? ", " : "", out);
		write_thread(out, list, &list->threads[i]);
	}
	fputs("]}\n", out);
}
