/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "tool_stack.h"
#include "tool_text.h"

enum { CALLERS_SHOWN = 3 };

static const struct unit {
	double ns;
	const char *name;
} units[] = {{1e9, "s"}, {1e6, "ms"}, {1e3, "us"}, {1, "ns"}};

static const struct unit *unit_of(double ns)
{
	const struct unit *unit = units;

	while (unit->ns > 1 && fabs(ns) < unit->ns)
		unit++;
	return unit;
}

void tool_stack_print_duration(double ns, bool sign, FILE *out)
{
	const struct unit *unit = unit_of(ns);

	fprintf(out, sign ? "%+9.2f%-2s" : "%8.2f%-2s", ns / unit->ns, unit->name);
}

void tool_stack_print_plain_duration(double ns, FILE *out)
{
	const struct unit *unit = unit_of(ns);

	fprintf(out, "%.2f %s", ns / unit->ns, unit->name);
}

static const char *function_of(const struct stack_tree *tree, uint32_t node)
{
	return tree->frames[tree->nodes[node].frame].function;
}

/* Of the tree's label, unless that is one of the two which are shown anyway. */
static const char *value_beside(const struct stack_tree *tree, const struct stack_sample *sample)
{
	const char *label = tree->label;

	return label && strcmp(label, "kind") != 0 && strcmp(label, "fd") != 0 ? sample->value : "";
}

void tool_stack_print(const struct stack_tree *tree, const struct stack_sample *sample, FILE *out)
{
	const char *value = value_beside(tree, sample);
	uint32_t node = sample->node;

	tool_text_print(sample->kind, out);
	fputs(sample->fd[0] ? " " : "", out);
	tool_text_print(sample->fd, out);
	fputs(value[0] ? " " : "", out);
	tool_text_print(value, out);
	fputc(' ', out);
	for (int i = 0; i <= CALLERS_SHOWN && node != STACK_TREE_ROOT; i++) {
		fputs(i ? " < " : " ", out);
		tool_text_print_function(function_of(tree, node), out);
		node = tree->nodes[node].parent;
	}
}

void tool_stack_print_json(const struct stack_tree *tree, const struct stack_sample *sample, FILE *out)
{
	fputs("\"kind\": ", out);
	tool_text_print_json(sample->kind, out);
	fputs(", \"fd\": ", out);
	tool_text_print_json(sample->fd, out);
	fprintf(out, ", \"idle\": %s, \"stack\": [", stack_tree_is_idle(sample->kind) ? "true" : "false");
	for (uint32_t node = sample->node; node != STACK_TREE_ROOT; node = tree->nodes[node].parent) {
		fputs(node == sample->node ? "" : ", ", out);
		tool_text_print_json(tool_text_function(function_of(tree, node)), out);
	}
	fputc(']', out);
}

size_t tool_stack_add_up_kinds(const struct stack_tree *tree, struct tool_kind_total *out_totals, size_t limit)
{
	size_t count = 0, at;

	for (size_t i = 0; i < tree->sample_count; i++) {
		const struct stack_sample *sample = &tree->samples[i];

		for (at = 0; at < count && strcmp(out_totals[at].kind, sample->kind) != 0; at++)
			;
		if (at == limit)
			continue;
		if (at == count)
			out_totals[count++] = (struct tool_kind_total){.kind = sample->kind};
		for (int side = 0; side < STACK_TREE_SIDES; side++)
			for (int weight = 0; weight < STACK_WEIGHTS; weight++)
				out_totals[at].values[side][weight] = stack_tree_sum(
					out_totals[at].values[side][weight], sample->values[side][weight]);
	}
	return count;
}
