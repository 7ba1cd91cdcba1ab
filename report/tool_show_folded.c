/* SPDX-License-Identifier: MIT */
/* contend show --folded: "main;run;read 4711", a line for each stack: what flamegraph.pl, speedscope and inferno read. */
#include <errno.h>
#include <inttypes.h>

#include "heap.h"
#include "tool_show.h"
#include "tool_text.h"

/* Of the text of one profile. */
struct folding {
	const struct stack_tree *tree;
	const char *root; /* a frame below all others; "" for none */
	uint32_t *path;   /* from a node up to the root */
	enum stack_weight weight;
};

/* The root of several profiles tells them apart. */
static const char *root_name(const struct shown *shown, size_t count)
{
	return count > 1 ? shown->profile->kind : "";
}

static void print_stack(const struct folding *folding, const struct stack_sample *sample, FILE *out)
{
	const struct stack_tree *tree = folding->tree;
	size_t depth = 0;
	const char *separator = folding->root[0] ? ";" : "", *function;

	for (uint32_t node = sample->node; node != STACK_TREE_ROOT; node = tree->nodes[node].parent)
		folding->path[depth++] = node;
	if (depth == 0 && !folding->root[0])
		fputc('?', out);
	fputs(folding->root, out);
	while (depth > 0) {
		fputs(separator, out);
		function = tree->frames[tree->nodes[folding->path[--depth]].frame].function;
		tool_text_print_field(tool_text_function(function), ';', out); /* Rust's types have semicolons */
		separator = ";";
	}
	fprintf(out, " %" PRId64 "\n", sample->values[0][folding->weight]);
}

static int fold(const struct shown *shown, size_t count, enum stack_weight weight, FILE *out)
{
	struct folding folding = {.tree = &shown->tree, .root = root_name(shown, count), .weight = weight};

	folding.path = heap_alloc_array(shown->tree.node_count, sizeof(*folding.path));
	if (!folding.path)
		return -ENOMEM;
	for (size_t i = 0; i < shown->tree.sample_count; i++)
		if (shown->tree.samples[i].values[0][weight] != 0)
			print_stack(&folding, &shown->tree.samples[i], out);
	heap_free(folding.path);
	return 0;
}

int tool_show_folded(struct shown *shown, size_t count, const struct show_order *order, FILE *out)
{
	int error = 0;

	for (size_t i = 0; i < count && !error; i++)
		error = fold(&shown[i], count, order->weight, out);
	return error;
}
