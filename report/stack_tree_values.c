/* SPDX-License-Identifier: MIT */
/* What can be asked of a stack_tree's values. */
#include <string.h>

#include "heap.h"
#include "stack_tree.h"

bool stack_tree_is_idle(const char *kind)
{
	static const struct {
		const char *name;
		bool is_idle;
	} kinds[] = {
#define WAIT_KIND(identifier, name, end, is_idle) {name, is_idle},
#include "wait_kinds.def"
#undef WAIT_KIND
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, kind) == 0)
			return kinds[i].is_idle;
	return false;
}

void stack_tree_drop_idle(struct stack_tree *tree)
{
	size_t kept = 0;

	for (size_t i = 0; i < tree->sample_count; i++)
		if (!stack_tree_is_idle(tree->samples[i].kind))
			tree->samples[kept++] = tree->samples[i];
	tree->sample_count = kept;
}

int64_t stack_tree_sum(int64_t a, int64_t b)
{
	int64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? (b < 0 ? INT64_MIN : INT64_MAX) : sum;
}

int64_t stack_tree_total(const struct stack_tree *tree, unsigned side, enum stack_weight weight)
{
	int64_t total = 0;

	for (size_t i = 0; i < tree->sample_count; i++)
		total = stack_tree_sum(total, tree->samples[i].values[side][weight]);
	return total;
}

int64_t *stack_tree_node_totals(const struct stack_tree *tree, enum stack_weight weight)
{
	int64_t *totals = heap_alloc_array(tree->node_count, sizeof(*totals));

	if (!totals)
		return NULL;
	for (size_t i = 0; i < tree->sample_count; i++) {
		int64_t *total = &totals[tree->samples[i].node];

		*total = stack_tree_sum(*total, tree->samples[i].values[0][weight]);
	}
	for (size_t node = tree->node_count; node-- > 1;) {
		int64_t *total = &totals[tree->nodes[node].parent];

		*total = stack_tree_sum(*total, totals[node]);
	}
	return totals;
}
