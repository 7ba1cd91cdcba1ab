/* SPDX-License-Identifier: MIT */
/* tool_show: what `contend show` and those that write its forms share. */
#ifndef CONTEND_TOOL_SHOW_H
#define CONTEND_TOOL_SHOW_H

#include <stdio.h>

#include "stack_tree.h"
#include "tool_input.h"

/* One profile. */
struct shown {
	const char *name; /* of the file or process that it is of */
	const struct tool_profile *profile;
	struct stack_tree tree;
};

struct show_order {
	unsigned most; /* stacks in the text */
	enum stack_weight weight;
	const char *label; /* the trees are grouped by it, but for HTML, which can do it itself; NULL: not asked for */
};

/* A form: writes all profiles to `out`. 0 or -errno; what the stream met, its owner asks it. */
typedef int (*show_form)(struct shown *shown, size_t count, const struct show_order *order, FILE *out);

int tool_show_text(struct shown *shown, size_t count, const struct show_order *order, FILE *out);
int tool_show_folded(struct shown *shown, size_t count, const struct show_order *order, FILE *out);
int tool_show_json(struct shown *shown, size_t count, const struct show_order *order, FILE *out);

int tool_show_html(struct shown *shown, size_t count, const struct show_order *order, FILE *out);
int tool_show_svg(struct shown *shown, size_t count, const struct show_order *order, FILE *out);

/* The `most` worst stacks of one profile, worst first: idle waits or the others. */
void tool_show_worst(struct shown *shown, bool idle, const struct show_order *order, FILE *out);

/* If no sample has such a label, says so on standard error, and which ones there are. */
void tool_show_say_missing(const struct shown *shown, size_t count, const char *label);

/* A member of an object of JSON. */
void tool_show_print_json_comments(const struct shown *shown, FILE *out);

#endif
