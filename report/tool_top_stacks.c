/* SPDX-License-Identifier: MIT */
/* The views of stacks: those that made others wait (the mutex profile), and those that waited (the block profile). */
#include <inttypes.h>
#include <string.h>

#include "hash_index.h"
#include "snapshot_names.h"
#include "tool_text.h"
#include "tool_top.h"

enum stacks_column {
	COLUMN_DELAY_RATE,
	COLUMN_SHARE,
	COLUMN_COUNT_RATE,
	COLUMN_MEAN,
	COLUMN_DELAY,
	COLUMN_COUNT,
	COLUMN_KIND,
	COLUMN_STACK,
	COLUMN_LIMIT
};

#define COLUMNS(kind)                                                                                                  \
	[COLUMN_DELAY_RATE] = {.title = "DELAY/s", .width = 7, .is_sorted = true},                                     \
	[COLUMN_SHARE] = {.title = "%", .width = 4},                                                                   \
	[COLUMN_COUNT_RATE] = {.title = "COUNT/s", .width = 7, .is_sorted = true},                                     \
	[COLUMN_MEAN] = {.title = "MEAN", .width = 7, .from_width = 100, .is_sorted = true},                           \
	[COLUMN_DELAY] = {.title = "DELAY", .width = 7, .is_sorted = true},                                            \
	[COLUMN_COUNT] = {.title = "COUNT", .width = 7, .is_sorted = true},                                            \
	[COLUMN_KIND] = {.title = kind, .width = 14, .is_left = true},                                                 \
	[COLUMN_STACK] = {.title = "CALLED FROM", .width = 20, .is_left = true}

static const struct top_column holders_columns[] = {COLUMNS("RELEASE")}, waiters_columns[] = {COLUMNS("KIND")};

static const struct stack_sample *sample_of(const struct stack_tree *tree, const struct top_row *row)
{
	return &tree->samples[row->item];
}

static double rate(const struct top_data *data, const struct stack_sample *sample, enum stack_weight weight)
{
	return (double)(sample->values[0][weight] - sample->values[1][weight]) / data->seconds;
}

static double mean_ns(const struct stack_sample *sample)
{
	int64_t count = sample->values[0][STACK_WEIGHT_CONTENTIONS];

	return count ? (double)sample->values[0][STACK_WEIGHT_DELAY_NS] / (double)count : 0;
}

/* By texts: numbers of nodes are of one tree only. */
static uint64_t find_id(const struct stack_tree *tree, const struct stack_sample *sample)
{
	uint64_t words[] = {hash_index_bytes(sample->kind, strlen(sample->kind)),
			    hash_index_bytes(sample->fd, strlen(sample->fd)), 0};

	for (uint32_t node = sample->node; node != STACK_TREE_ROOT; node = tree->nodes[node].parent) {
		const char *function = tree->frames[tree->nodes[node].frame].function;

		words[2] = hash_index_words((uint64_t[]){words[2], hash_index_bytes(function, strlen(function))}, 2);
	}
	return hash_index_words(words, sizeof(words) / sizeof(words[0]));
}

static void fill_keys(const struct top_data *data, const struct stack_sample *sample, double keys[TOP_COLUMNS])
{
	keys[COLUMN_DELAY_RATE] = rate(data, sample, STACK_WEIGHT_DELAY_NS);
	keys[COLUMN_COUNT_RATE] = rate(data, sample, STACK_WEIGHT_CONTENTIONS);
	keys[COLUMN_MEAN] = mean_ns(sample);
	keys[COLUMN_DELAY] = (double)sample->values[0][STACK_WEIGHT_DELAY_NS];
	keys[COLUMN_COUNT] = (double)sample->values[0][STACK_WEIGHT_CONTENTIONS];
}

static size_t make_rows(const struct top_data *data, const struct stack_tree *tree, bool with_idle,
			struct top_row *out_rows)
{
	double sum = 0;
	size_t count = 0;

	for (size_t i = 0; i < tree->sample_count; i++) {
		const struct stack_sample *sample = &tree->samples[i];

		if (!with_idle && stack_tree_is_idle(sample->kind))
			continue;
		out_rows[count] = (struct top_row){.id = find_id(tree, sample), .item = i};
		fill_keys(data, sample, out_rows[count].keys);
		sum += out_rows[count++].keys[COLUMN_DELAY_RATE];
	}
	for (size_t i = 0; i < count; i++)
		out_rows[i].keys[COLUMN_SHARE] = top_share(out_rows[i].keys[COLUMN_DELAY_RATE], sum);
	return count;
}

static const char *leaf(const struct stack_tree *tree, const struct stack_sample *sample)
{
	return sample->node == STACK_TREE_ROOT ? "" : tree->frames[tree->nodes[sample->node].frame].function;
}

/* The mutex profile has no kinds; of the call that released that is told by its name. */
static void print_kind(const struct stack_tree *tree, const struct stack_sample *sample, FILE *out)
{
	static const char common[] = "pthread_";
	const char *name = leaf(tree, sample);

	if (sample->kind[0])
		tool_text_print(sample->kind, out);
	else
		tool_text_print(strncmp(name, common, strlen(common)) ? name : name + strlen(common), out);
}

/* From the caller of what waited or released on: that one the kind tells. */
static void print_callers(const struct stack_tree *tree, const struct stack_sample *sample, FILE *out)
{
	uint32_t node = sample->node;

	if (tree->nodes[node].parent != STACK_TREE_ROOT)
		node = tree->nodes[node].parent;
	while (node != STACK_TREE_ROOT) {
		tool_text_print_function(tree->frames[tree->nodes[node].frame].function, out);
		node = tree->nodes[node].parent;
		fputs(node == STACK_TREE_ROOT ? "" : " < ", out);
	}
}

static void print_cell(const struct stack_tree *tree, const struct top_row *row, unsigned column, FILE *out)
{
	switch ((enum stacks_column)column) {
	case COLUMN_DELAY_RATE:
	case COLUMN_DELAY:
	case COLUMN_MEAN:
		top_print_ns(row->keys[column], out);
		break;
	case COLUMN_COUNT_RATE:
	case COLUMN_COUNT:
		top_print_count(row->keys[column], out);
		break;
	case COLUMN_SHARE:
		fprintf(out, "%.0f", row->keys[column]);
		break;
	case COLUMN_KIND:
		print_kind(tree, sample_of(tree, row), out);
		break;
	case COLUMN_STACK:
		print_callers(tree, sample_of(tree, row), out);
		break;
	case COLUMN_LIMIT:
		break;
	}
}

static void print_frames(const struct stack_tree *tree, const struct stack_sample *sample, FILE *out)
{
	for (uint32_t node = sample->node; node != STACK_TREE_ROOT; node = tree->nodes[node].parent) {
		const struct stack_frame *frame = &tree->frames[tree->nodes[node].frame];

		fputs("  ", out);
		tool_text_print_function(frame->function, out);
		fputs(frame->object[0] ? "  (" : "", out);
		tool_text_print(frame->object, out);
		fputs(frame->object[0] ? ")\n" : "\n", out);
	}
}

static void print_page(const struct top_data *data, const struct stack_tree *tree, const struct top_row *row, FILE *out)
{
	const struct stack_sample *sample = sample_of(tree, row);

	print_kind(tree, sample, out);
	fputs(sample->fd[0] ? ", fd " : "", out);
	tool_text_print(sample->fd, out);
	fputs("\n\n", out);
	top_print_rates(data, row->keys[COLUMN_DELAY_RATE], row->keys[COLUMN_COUNT_RATE], out);
	top_print_totals(row->keys[COLUMN_DELAY], row->keys[COLUMN_COUNT], out);
	fputs("\nthe stack, the innermost call first\n", out);
	print_frames(tree, sample, out);
}

static size_t holders_room(const struct top_data *data)
{
	return data->trees[PROFILE_MUTEX].sample_count;
}

static size_t make_holders(const struct top_data *data, const struct top_choice *choice, struct top_row *out_rows)
{
	(void)choice;
	return make_rows(data, &data->trees[PROFILE_MUTEX], true, out_rows);
}

static void print_holder_cell(const struct top_data *data, const struct top_row *row, unsigned column, FILE *out)
{
	print_cell(&data->trees[PROFILE_MUTEX], row, column, out);
}

static void print_holder_page(const struct top_data *data, const struct top_row *row, FILE *out)
{
	fputs("Released what others waited for, and is charged with their delay: ", out);
	print_page(data, &data->trees[PROFILE_MUTEX], row, out);
}

static void print_no_holders(const struct top_data *data, const struct top_choice *choice, FILE *out)
{
	(void)choice;
	if (data->now->look.snapshot->mutex_fraction)
		fputs("No thread has made another one wait for a lock.", out);
	else
		fputs("The mutex profile is off: CONTEND_FRACTION=0.", out);
}

static size_t waiters_room(const struct top_data *data)
{
	return data->trees[PROFILE_BLOCK].sample_count;
}

static size_t make_waiters(const struct top_data *data, const struct top_choice *choice, struct top_row *out_rows)
{
	return make_rows(data, &data->trees[PROFILE_BLOCK], choice->with_idle, out_rows);
}

static void print_waiter_cell(const struct top_data *data, const struct top_row *row, unsigned column, FILE *out)
{
	print_cell(&data->trees[PROFILE_BLOCK], row, column, out);
}

static void print_waiter_page(const struct top_data *data, const struct top_row *row, FILE *out)
{
	fputs("Waited: ", out);
	print_page(data, &data->trees[PROFILE_BLOCK], row, out);
}

static void print_no_waiters(const struct top_data *data, const struct top_choice *choice, FILE *out)
{
	if (!data->now->look.snapshot->block_rate_ns)
		fputs("The block profile is off: CONTEND_BLOCK_RATE=0.", out);
	else if (data->trees[PROFILE_BLOCK].sample_count && !choice->with_idle)
		fputs("Nothing but threads without work that wait for some: i shows them.", out);
	else
		fputs("No wait has ended.", out);
}

const struct top_view top_holders = {
	.key = 'h',
	.name = "holders",
	.sentence = "stacks that released locks, with the delay that they caused",
	.columns = holders_columns,
	.column_count = COLUMN_LIMIT,
	.sort = COLUMN_DELAY_RATE,
	.then = COLUMN_DELAY,
	.room = holders_room,
	.make_rows = make_holders,
	.print_cell = print_holder_cell,
	.print_page = print_holder_page,
	.print_none = print_no_holders,
};

const struct top_view top_waiters = {
	.key = 'w',
	.name = "waiters",
	.sentence = "stacks that waited, and for how long",
	.columns = waiters_columns,
	.column_count = COLUMN_LIMIT,
	.sort = COLUMN_DELAY_RATE,
	.then = COLUMN_DELAY,
	.room = waiters_room,
	.make_rows = make_waiters,
	.print_cell = print_waiter_cell,
	.print_page = print_waiter_page,
	.print_none = print_no_waiters,
};
