/* SPDX-License-Identifier: MIT */
/* tool_diff: what `contend diff` and those that print its results share. */
#ifndef CONTEND_TOOL_DIFF_H
#define CONTEND_TOOL_DIFF_H

#include <stdio.h>

#include "stack_tree.h"
#include "tool_input.h"

enum { DIFF_OLD, DIFF_NEW };

struct diff_side {
	const char *name; /* of the file or process */
	const struct tool_profile *profile;
};

/* Two profiles in one tree: DIFF_OLD and DIFF_NEW are its sides. Samples stand in the order of growth. */
struct diff {
	struct diff_side sides[STACK_TREE_SIDES];
	double scale[STACK_TREE_SIDES]; /* values are multiplied with it */
	enum stack_weight weight;       /* what the order goes by */
	struct stack_tree tree;
};

struct diff_order {
	bool per_second;
	enum stack_weight weight;
	unsigned most; /* of each direction */
};

/* Positive: it grew. Scaled. */
double tool_diff_change(const struct diff *diff, const stack_values values[STACK_TREE_SIDES], enum stack_weight weight);

/* `number`: of those printed so far. */
void tool_diff_print_text(const struct diff *diff, const struct diff_order *order, unsigned number, FILE *out);
void tool_diff_print_json(const struct diff *diff, unsigned number, FILE *out);

#endif
