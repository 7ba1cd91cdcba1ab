/* SPDX-License-Identifier: MIT */
/* contend show: how much by kind, and the worst stacks; waits of threads that have nothing to do apart. */
#include <inttypes.h>
#include <stdlib.h>

#include "tool_show.h"
#include "tool_stack.h"
#include "tool_text.h"

enum { KINDS_LIMIT = 64 };

static void print_values(const stack_values values, FILE *out)
{
	tool_stack_print_duration((double)values[STACK_WEIGHT_DELAY_NS], false, out);
	fprintf(out, "  %8" PRId64 "x  ", values[STACK_WEIGHT_CONTENTIONS]);
}

static int compare(const stack_values a, const stack_values b, enum stack_weight weight)
{
	return (b[weight] > a[weight]) - (b[weight] < a[weight]);
}

static int compare_samples(const void *left, const void *right, void *weight)
{
	const struct stack_sample *a = left, *b = right;

	return compare(a->values[0], b->values[0], *(const enum stack_weight *)weight);
}

static int compare_kinds(const void *left, const void *right, void *weight)
{
	const struct tool_kind_total *a = left, *b = right;

	return compare(a->values[0], b->values[0], *(const enum stack_weight *)weight);
}

void tool_show_worst(struct shown *shown, bool idle, const struct show_order *order, FILE *out)
{
	const struct stack_tree *tree = &shown->tree;
	enum stack_weight weight = order->weight;
	unsigned printed = 0;

	if (tree->sample_count)
		qsort_r(tree->samples, tree->sample_count, sizeof(*tree->samples), compare_samples, &weight);
	for (size_t i = 0; i < tree->sample_count && printed < order->most; i++) {
		const struct stack_sample *sample = &tree->samples[i];

		if (stack_tree_is_idle(sample->kind) != idle)
			continue;
		print_values(sample->values[0], out);
		tool_stack_print(tree, sample, out);
		fputc('\n', out);
		printed++;
	}
	if (printed == 0)
		fputs("  none\n", out);
}

static void print_kinds(const struct stack_tree *tree, enum stack_weight weight, FILE *out)
{
	struct tool_kind_total totals[KINDS_LIMIT];
	size_t count = tool_stack_add_up_kinds(tree, totals, KINDS_LIMIT);

	qsort_r(totals, count, sizeof(totals[0]), compare_kinds, &weight);
	for (size_t i = 0; i < count; i++) {
		print_values(totals[i].values[0], out);
		tool_text_print(totals[i].kind, out);
		fputc('\n', out);
	}
}

static void print_profile(struct shown *shown, const struct show_order *order, FILE *out)
{
	const Perftools__Profiles__Profile *message = shown->profile->message;
	bool has_kinds = shown->tree.sample_count && shown->tree.samples[0].kind[0];

	tool_text_print(shown->name, out);
	fputc('\n', out);
	for (size_t i = 0; i < message->n_comment; i++) {
		tool_text_print(message->string_table[message->comment[i]], out);
		fputc('\n', out);
	}
	if (has_kinds) {
		fputs("\nby kind\n", out);
		print_kinds(&shown->tree, order->weight, out);
	}
	fputs("\nworst\n", out);
	tool_show_worst(shown, false, order, out);
	if (has_kinds) {
		fputs("\nidle: threads that wait for something to do\n", out);
		tool_show_worst(shown, true, order, out);
	}
}

int tool_show_text(struct shown *shown, size_t count, const struct show_order *order, FILE *out)
{
	for (size_t i = 0; i < count; i++) {
		fputs(i ? "\n" : "", out);
		print_profile(&shown[i], order, out);
	}
	return 0;
}
