/* SPDX-License-Identifier: MIT */
/* stack_tree_parts: what the files of stack_tree share: each entry is found, or made if it is new. All return 0, -ENOMEM or -EFBIG. */
#ifndef CONTEND_STACK_TREE_PARTS_H
#define CONTEND_STACK_TREE_PARTS_H

#include "stack_tree.h"

/* The root. */
int stack_tree_plant(struct stack_tree *tree);

int stack_tree_find_frame(struct stack_tree *tree, const struct stack_frame *frame, uint32_t *out_number);

/* From *node to its child of that frame. */
int stack_tree_step(struct stack_tree *tree, uint32_t frame, uint32_t *node);

/* The one of that node and these labels; without values if it is new. */
int stack_tree_find_sample(struct stack_tree *tree, const struct stack_sample *sample, uint32_t *out_number);

#endif
