/* SPDX-License-Identifier: MIT */
/* tool_stack: how text reports print what is in a stack_tree. */
#ifndef CONTEND_TOOL_STACK_H
#define CONTEND_TOOL_STACK_H

#include <stdio.h>

#include "stack_tree.h"

/* "   12.34ms"; `sign`: with a plus where it is positive. */
void tool_stack_print_duration(double ns, bool sign, FILE *out);

/* "12.34 ms" */
void tool_stack_print_plain_duration(double ns, FILE *out);

/* "read pipe  read < wait_long < run < main": labels and the innermost functions of a stack. */
void tool_stack_print(const struct stack_tree *tree, const struct stack_sample *sample, FILE *out);

/* Members of an object of JSON: labels, and the whole stack, innermost first. */
void tool_stack_print_json(const struct stack_tree *tree, const struct stack_sample *sample, FILE *out);

struct tool_kind_total {
	const char *kind;
	stack_values values[STACK_TREE_SIDES];
};

/* Adds up by kind; returns how many kinds there are, at most `limit`. */
size_t tool_stack_add_up_kinds(const struct stack_tree *tree, struct tool_kind_total *out_totals, size_t limit);

#endif
