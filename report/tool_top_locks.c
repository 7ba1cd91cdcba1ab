/* SPDX-License-Identifier: MIT */
/* The view of locks: how long, how often and by how many threads each is waited for. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "hash_index.h"
#include "tool_text.h"
#include "tool_top.h"

enum locks_column {
	COLUMN_DELAY_RATE,
	COLUMN_COUNT_RATE,
	COLUMN_MEAN,
	COLUMN_LONGEST,
	COLUMN_DELAY,
	COLUMN_COUNT,
	COLUMN_WAITING,
	COLUMN_KIND,
	COLUMN_LOCK,
	COLUMN_LIMIT
};

static const struct top_column columns[] = {
	[COLUMN_DELAY_RATE] = {.title = "DELAY/s", .width = 7, .is_sorted = true},
	[COLUMN_COUNT_RATE] = {.title = "COUNT/s", .width = 7, .is_sorted = true},
	[COLUMN_MEAN] = {.title = "MEAN", .width = 7, .from_width = 100, .is_sorted = true},
	[COLUMN_LONGEST] = {.title = "MAX", .width = 7, .is_sorted = true},
	[COLUMN_DELAY] = {.title = "DELAY", .width = 7, .is_sorted = true},
	[COLUMN_COUNT] = {.title = "COUNT", .width = 7, .is_sorted = true},
	[COLUMN_WAITING] = {.title = "NOW", .width = 4, .is_sorted = true},
	[COLUMN_KIND] = {.title = "KIND", .width = 12, .from_width = 100, .is_left = true},
	[COLUMN_LOCK] = {.title = "LOCK", .width = 20, .is_left = true},
};

static const struct listed_lock *lock_of(const struct top_data *data, const struct top_row *row)
{
	return &data->now->locks.locks[row->item];
}

/* The lists of top are sorted by names. */
static const struct listed_lock *find_earlier(const struct top_data *data, const struct listed_lock *lock)
{
	const struct lock_list *list = data->before ? &data->before->locks : NULL;

	return list && list->count ? bsearch(lock, list->locks, list->count, sizeof(*list->locks), top_compare_locks)
				   : NULL;
}

int top_compare_locks(const void *left, const void *right)
{
	const struct listed_lock *a = left, *b = right;

	return strcmp(a->name, b->name);
}

static void fill_keys(const struct top_data *data, const struct listed_lock *lock, double keys[TOP_COLUMNS])
{
	const struct listed_lock *earlier = find_earlier(data, lock);

	keys[COLUMN_DELAY_RATE] = (double)(lock->waited_ns - (earlier ? earlier->waited_ns : 0)) / data->seconds;
	keys[COLUMN_COUNT_RATE] = (double)(lock->contentions - (earlier ? earlier->contentions : 0)) / data->seconds;
	keys[COLUMN_MEAN] = lock->contentions > 0 ? (double)lock->waited_ns / (double)lock->contentions : 0;
	keys[COLUMN_LONGEST] = (double)lock->longest_ns;
	keys[COLUMN_DELAY] = (double)lock->waited_ns;
	keys[COLUMN_COUNT] = (double)lock->contentions;
	keys[COLUMN_WAITING] = (double)lock->waiting;
}

static size_t locks_room(const struct top_data *data)
{
	return data->now->locks.count;
}

static size_t make_rows(const struct top_data *data, const struct top_choice *choice, struct top_row *out_rows)
{
	const struct lock_list *list = &data->now->locks;

	(void)choice;
	for (size_t i = 0; i < list->count; i++) {
		const char *name = list->locks[i].name;

		out_rows[i] = (struct top_row){.id = hash_index_bytes(name, strlen(name)), .item = i};
		fill_keys(data, &list->locks[i], out_rows[i].keys);
	}
	return list->count;
}

static void print_cell(const struct top_data *data, const struct top_row *row, unsigned column, FILE *out)
{
	double number = row->keys[column];

	switch ((enum locks_column)column) {
	case COLUMN_LONGEST:
	case COLUMN_WAITING:
		if (number < 0) /* not known */
			fputs("-", out);
		else if (column == COLUMN_LONGEST)
			top_print_ns(number, out);
		else
			top_print_count(number, out);
		break;
	case COLUMN_DELAY_RATE:
	case COLUMN_MEAN:
	case COLUMN_DELAY:
		top_print_ns(number, out);
		break;
	case COLUMN_COUNT_RATE:
	case COLUMN_COUNT:
		top_print_count(number, out);
		break;
	case COLUMN_KIND:
		tool_text_print(lock_of(data, row)->kind, out);
		break;
	case COLUMN_LOCK:
		tool_text_print(lock_of(data, row)->name, out);
		break;
	case COLUMN_LIMIT:
		break;
	}
}

static bool print_frame(const char *function, unsigned number, FILE *out)
{
	(void)number;
	fputs("  ", out);
	tool_text_print_function(function, out);
	fputc('\n', out);
	return true;
}

static void print_side(const char *words, const struct lock_side *side, FILE *out)
{
	if (!side->worst || side->worst_ns <= 0)
		return;
	fprintf(out, "\n%s, for ", words);
	top_print_ns((double)side->worst_ns, out);
	fputs(" in all\n", out);
	lock_side_visit_stack(side, print_frame, out);
}

static void print_page(const struct top_data *data, const struct top_row *row, FILE *out)
{
	const struct listed_lock *lock = lock_of(data, row);

	fputs(lock->kind, out);
	fputs(lock->kind[0] ? " " : "", out);
	tool_text_print(lock->name, out);
	if (lock->address)
		fprintf(out, " at 0x%" PRIx64, lock->address);
	fputs("\n\n", out);
	top_print_rates(data, row->keys[COLUMN_DELAY_RATE], row->keys[COLUMN_COUNT_RATE], out);
	top_print_totals(row->keys[COLUMN_DELAY], row->keys[COLUMN_COUNT], out);
	if (lock->longest_ns >= 0) {
		fputs("  the longest wait  ", out);
		top_print_ns((double)lock->longest_ns, out);
		fputc('\n', out);
	}
	if (lock->waiting >= 0)
		fprintf(out, "  waiting now       %" PRId64 "\n", lock->waiting);
	print_side("the stack that held others up longest", &lock->holder, out);
	print_side("the stack that waited longest", &lock->waiter, out);
}

static void print_none(const struct top_data *data, const struct top_choice *choice, FILE *out)
{
	(void)data, (void)choice;
	fputs("No lock was waited for, or locks are not told apart: CONTEND_LOCK_LABELS=off.", out);
}

const struct top_view top_locks = {
	.key = 'l',
	.name = "locks",
	.sentence = "locks that were waited for, and how long",
	.columns = columns,
	.column_count = COLUMN_LIMIT,
	.sort = COLUMN_DELAY_RATE,
	.then = COLUMN_DELAY,
	.room = locks_room,
	.make_rows = make_rows,
	.print_cell = print_cell,
	.print_page = print_page,
	.print_none = print_none,
};
