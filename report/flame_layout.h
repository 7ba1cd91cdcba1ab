/* SPDX-License-Identifier: MIT */
/* flame_layout: where the nodes of a stack_tree stand in a flame graph: children below their parent, the widest first.
 *
 * Memory        private heap, given back by flame_layout_free.
 */
#ifndef CONTEND_FLAME_LAYOUT_H
#define CONTEND_FLAME_LAYOUT_H

#include "stack_tree.h"

/* Arrays by node. */
struct flame_layout {
	int64_t *totals[STACK_WEIGHTS]; /* with all below */
	double *x, *widths;             /* the root is 0 and 1; what has nothing, or less, has no width */
	uint32_t *depths;
};

/* 0 or -ENOMEM, nothing to be freed. */
int flame_layout_make(const struct stack_tree *tree, enum stack_weight weight, struct flame_layout *out_layout);

/* 0xrrggbb: a hue for each object, a shade for each function. */
unsigned flame_layout_colour(const struct stack_tree *tree, uint32_t node);

void flame_layout_free(struct flame_layout *layout);

#endif
