/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tool_diff.h"
#include "tool_stack.h"
#include "tool_text.h"

enum { KINDS_LIMIT = 64 };

/* What a row has that is the same in all. */
struct table {
	const struct diff *diff;
	bool per_second;
	FILE *out;
};

static double scaled(const struct table *table, const stack_values *values, int side, enum stack_weight weight)
{
	return (double)values[side][weight] * table->diff->scale[side];
}

static void write_capitals(const char *word, char *out_text, size_t bytes)
{
	size_t count = 0;

	for (; word[count] && count + 1 < bytes; count++)
		out_text[count] = (char)toupper((unsigned char)word[count]);
	out_text[count] = '\0';
}

static void print_head(const struct table *table)
{
	struct snapshot_values values = table->diff->sides[DIFF_NEW].profile->values;
	char duration[16], events[16];

	write_capitals(values.duration, duration, sizeof(duration));
	write_capitals(values.events, events, sizeof(events));
	fprintf(table->out, "%7s +/-  %10s -> %10s  %7s  %11s\n", duration, "OLD", "NEW", "%", events);
}

/* "+408%", "new", "gone". */
static void print_percent(double old, double new, FILE *out)
{
	enum { BYTES = 32, EXACT_BELOW = 10 };
	double percent = old > 0 ? (new / old - 1) * 100 : 0;
	char text[BYTES] = "";

	if (old <= 0 || new <= 0)
		snprintf(text, sizeof(text), "%s", new > 0 ? "new" : old > 0 ? "gone" : "-");
	else
		snprintf(text, sizeof(text), "%+.*f%%", fabs(percent) < EXACT_BELOW, percent);
	fprintf(out, "  %7s", text);
}

/* "   +1.20s      300.00ms ->    1.50s      +400%           +40  " */
static void print_values(const struct table *table, const stack_values *values)
{
	double old = scaled(table, values, DIFF_OLD, STACK_WEIGHT_DELAY_NS);
	double new = scaled(table, values, DIFF_NEW, STACK_WEIGHT_DELAY_NS);

	tool_stack_print_duration(new - old, true, table->out);
	fputs("  ", table->out);
	tool_stack_print_duration(old, false, table->out);
	fputs(" -> ", table->out);
	tool_stack_print_duration(new, false, table->out);
	print_percent(old, new, table->out);
	fprintf(table->out, "  %+11.*f  ", table->per_second,
		tool_diff_change(table->diff, values, STACK_WEIGHT_CONTENTIONS));
}

static void print_stack(const struct table *table, const struct stack_sample *sample)
{
	print_values(table, sample->values);
	tool_stack_print(&table->diff->tree, sample, table->out);
	fputc('\n', table->out);
}

/* The stacks that changed in one direction, those that changed most first. */
static void print_changes(const struct table *table, int direction, unsigned most)
{
	const struct stack_tree *tree = &table->diff->tree;
	unsigned printed = 0;

	for (size_t i = 0; i < tree->sample_count && printed < most; i++) {
		const struct stack_sample *sample = &tree->samples[direction > 0 ? i : tree->sample_count - 1 - i];

		if (tool_diff_change(table->diff, sample->values, table->diff->weight) * direction <= 0)
			break;
		print_stack(table, sample);
		printed++;
	}
	if (printed == 0)
		fputs("  nothing\n", table->out);
}

static void print_side(const struct diff_side *side, const char *title, FILE *out)
{
	int64_t duration_ns = side->profile->message->duration_nanos;

	fprintf(out, "%s  ", title);
	tool_text_print(side->name, out);
	fprintf(out, ": %s", side->profile->kind);
	if (duration_ns > 0)
		fprintf(out, ", %.2f s", (double)duration_ns / 1e9);
	fputc('\n', out);
}

static int compare_kinds(const void *left, const void *right, void *argument)
{
	const struct diff *diff = argument;
	const struct tool_kind_total *a = left, *b = right;
	double a_change = fabs(tool_diff_change(diff, a->values, diff->weight));
	double b_change = fabs(tool_diff_change(diff, b->values, diff->weight));

	return (b_change > a_change) - (b_change < a_change);
}

static void print_kinds(const struct table *table)
{
	struct tool_kind_total totals[KINDS_LIMIT];
	size_t count = tool_stack_add_up_kinds(&table->diff->tree, totals, KINDS_LIMIT);

	if (count == 0 || (count == 1 && !totals[0].kind[0]))
		return;
	qsort_r(totals, count, sizeof(totals[0]), compare_kinds, (void *)table->diff);
	fputs("\nby kind\n", table->out);
	for (size_t i = 0; i < count; i++) {
		print_values(table, totals[i].values);
		tool_text_print(totals[i].kind, table->out);
		fputc('\n', table->out);
	}
}

static void find_totals(const struct diff *diff, stack_values *out_totals)
{
	for (int side = 0; side < STACK_TREE_SIDES; side++)
		for (int weight = 0; weight < STACK_WEIGHTS; weight++)
			out_totals[side][weight] = stack_tree_total(&diff->tree, side, weight);
}

void tool_diff_print_text(const struct diff *diff, const struct diff_order *order, unsigned number, FILE *out)
{
	struct table table = {.diff = diff, .per_second = order->per_second, .out = out};
	stack_values totals[STACK_TREE_SIDES];

	find_totals(diff, totals);
	fputs(number ? "\n" : "", out);
	print_side(&diff->sides[DIFF_OLD], "old", out);
	print_side(&diff->sides[DIFF_NEW], "new", out);
	fputs(order->per_second ? "\ntotal, per second\n" : "\ntotal\n", out);
	print_head(&table);
	print_values(&table, totals);
	fputc('\n', out);
	print_kinds(&table);
	fputs("\ngrew\n", out);
	print_changes(&table, 1, order->most);
	fputs("\nshrank\n", out);
	print_changes(&table, -1, order->most);
}

static void print_json_values(const struct diff *diff, const stack_values *values, FILE *out)
{
	static const char *const titles[] = {[DIFF_OLD] = "old", [DIFF_NEW] = "new"};

	for (int side = 0; side < STACK_TREE_SIDES; side++)
		fprintf(out, "\"%s\": {\"contentions\": %" PRId64 ", \"delay_ns\": %" PRId64 "}, ", titles[side],
			values[side][STACK_WEIGHT_CONTENTIONS], values[side][STACK_WEIGHT_DELAY_NS]);
	fprintf(out, "\"change\": {\"contentions\": %.17g, \"delay_ns\": %.17g}",
		tool_diff_change(diff, values, STACK_WEIGHT_CONTENTIONS),
		tool_diff_change(diff, values, STACK_WEIGHT_DELAY_NS));
}

static void print_json_side(const struct diff_side *side, const char *title, FILE *out)
{
	fprintf(out, "\"%s_name\": ", title);
	tool_text_print_json(side->name, out);
	fprintf(out, ", \"%s_duration_ns\": %" PRId64 ", ", title, side->profile->message->duration_nanos);
}

void tool_diff_print_json(const struct diff *diff, unsigned number, FILE *out)
{
	const struct tool_profile *profile = diff->sides[DIFF_NEW].profile;
	stack_values totals[STACK_TREE_SIDES];

	find_totals(diff, totals);
	fprintf(out, "%s{\"profile\": \"%s\", \"values\": [\"%s\", \"%s\"], ", number ? ",\n " : "[", profile->kind,
		profile->values.events, profile->values.duration);
	print_json_side(&diff->sides[DIFF_OLD], "old", out);
	print_json_side(&diff->sides[DIFF_NEW], "new", out);
	print_json_values(diff, totals, out);
	fputs(", \"stacks\": [", out);
	for (size_t i = 0; i < diff->tree.sample_count; i++) {
		fputs(i ? ",\n  {" : "\n  {", out);
		print_json_values(diff, diff->tree.samples[i].values, out);
		fputs(", ", out);
		tool_stack_print_json(&diff->tree, &diff->tree.samples[i], out);
		fputc('}', out);
	}
	fputs("]}", out);
}
