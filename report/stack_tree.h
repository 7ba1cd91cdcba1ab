/* SPDX-License-Identifier: MIT */
/* stack_tree: the stacks of profiles as a tree: what many of them begin with, outermost first, is there once.
 *
 * Functions     are told apart by name and object (libx.so.1.2 and libx.so.1.3 are one), not by line or address: stacks of
 *               different runs and versions of a program meet.
 * Two sides     of values in each sample, for those that compare two profiles; others use the first.
 * Memory        private heap; texts stay the message's, which must outlive the tree.
 * Limits        -EFBIG: a small file may stand for endless stacks, each location for any number of inlined functions.
 */
#ifndef CONTEND_STACK_TREE_H
#define CONTEND_STACK_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "hash_index.h"
#include "profile.pb-c.h"

enum { STACK_TREE_ROOT = 0, STACK_TREE_SIDES = 2, STACK_TREE_NODES_LIMIT = 1 << 22 };

/* In the order of a sample's values. */
enum stack_weight { STACK_WEIGHT_CONTENTIONS, STACK_WEIGHT_DELAY_NS, STACK_WEIGHTS };

struct stack_frame {
	const char *function; /* mangled, perhaps */
	const char *file;     /* of its source; "" if unknown */
	const char *object;   /* that it lies in; "" if unknown */
};

/* A parent's number is smaller than its children's. The root's frame has no meaning. */
struct stack_node {
	uint32_t parent, frame;
};

typedef int64_t stack_values[STACK_WEIGHTS];

/* All samples of one stack with the same labels. */
struct stack_sample {
	uint32_t node;         /* the innermost function; the root if the stack is empty */
	const char *kind, *fd; /* labels; "" for none */
	const char *value;     /* of the tree's label */
	stack_values values[STACK_TREE_SIDES];
};

/* All zero: empty, no label. The first two are to be set before anything is added. */
struct stack_tree {
	const char *label; /* its key: samples with different values of it stand apart; NULL: none */
	bool is_grouped;   /* below the root there is a frame for each of its values, "none" for those without */
	struct stack_frame *frames;
	struct stack_node *nodes;
	struct stack_sample *samples;
	size_t frame_count, node_count, sample_count;
	size_t frame_room, node_room, sample_room;
	struct hash_index frame_index, node_index, sample_index;
	struct arena texts;
};

/* Adds the samples of a message that tool_input has read. 0, -ENOMEM or -EFBIG; the tree is fit to be freed only, then. */
int stack_tree_add(struct stack_tree *tree, const Perftools__Profiles__Profile *message, unsigned side);

/* Does a thread that has nothing to do wait so? Asked of the label `kind`. */
bool stack_tree_is_idle(const char *kind);

/* Leaves idle waits out. Nothing can be added afterwards. */
void stack_tree_drop_idle(struct stack_tree *tree);

/* As far as the type goes: a profile may hold any numbers. */
int64_t stack_tree_sum(int64_t a, int64_t b);

/* Of all samples. */
int64_t stack_tree_total(const struct stack_tree *tree, unsigned side, enum stack_weight weight);

/* What each node and all below it have, side 0: node_count numbers. NULL: no memory. Free with heap_free. */
int64_t *stack_tree_node_totals(const struct stack_tree *tree, enum stack_weight weight);

void stack_tree_free(struct stack_tree *tree);

#endif
