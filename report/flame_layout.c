/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "flame_layout.h"
#include "heap.h"
#include "path.h"

/* What the order of nodes needs to know. */
struct ordering {
	const struct stack_tree *tree;
	const int64_t *totals;
};

/* By parent; among children of one, from the largest to the smallest. */
static int compare(const void *left, const void *right, void *argument)
{
	const struct ordering *ordering = argument;
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
	uint32_t a_parent = ordering->tree->nodes[a].parent, b_parent = ordering->tree->nodes[b].parent;

	if (a_parent != b_parent)
		return a_parent < b_parent ? -1 : 1;
	if (ordering->totals[a] != ordering->totals[b])
		return ordering->totals[a] > ordering->totals[b] ? -1 : 1;
	return a < b ? -1 : a > b;
}

/* In the order of parents: each has been placed when its children are. */
static void place(const struct stack_tree *tree, const int64_t *totals, const uint32_t *order,
		  struct flame_layout *layout)
{
	double whole = totals[STACK_TREE_ROOT] > 0 ? (double)totals[STACK_TREE_ROOT] : 1, x = 0;
	uint32_t parent = STACK_TREE_ROOT;

	layout->widths[STACK_TREE_ROOT] = 1;
	for (size_t i = 1; i < tree->node_count; i++) {
		uint32_t node = order[i];

		if (tree->nodes[node].parent != parent) {
			parent = tree->nodes[node].parent;
			x = layout->x[parent];
		}
		layout->x[node] = x;
		layout->widths[node] = totals[node] > 0 ? (double)totals[node] / whole : 0;
		layout->depths[node] = layout->depths[parent] + 1;
		x += layout->widths[node];
	}
}

static int make(const struct stack_tree *tree, enum stack_weight weight, uint32_t *order, struct flame_layout *layout)
{
	struct ordering ordering = {.tree = tree};

	for (int i = 0; i < STACK_WEIGHTS; i++)
		layout->totals[i] = stack_tree_node_totals(tree, i);
	layout->x = heap_alloc_array(tree->node_count, sizeof(*layout->x));
	layout->widths = heap_alloc_array(tree->node_count, sizeof(*layout->widths));
	layout->depths = heap_alloc_array(tree->node_count, sizeof(*layout->depths));
	if (!order || !layout->x || !layout->widths || !layout->depths)
		return -ENOMEM;
	for (int i = 0; i < STACK_WEIGHTS; i++)
		if (!layout->totals[i])
			return -ENOMEM;
	for (uint32_t node = 0; node < tree->node_count; node++)
		order[node] = node;
	ordering.totals = layout->totals[weight];
	qsort_r(order + 1, tree->node_count - 1, sizeof(*order), compare, &ordering);
	place(tree, layout->totals[weight], order, layout);
	return 0;
}

int flame_layout_make(const struct stack_tree *tree, enum stack_weight weight, struct flame_layout *out_layout)
{
	struct flame_layout layout = {0};
	uint32_t *order = heap_alloc_array(tree->node_count, sizeof(*order));
	int error = make(tree, weight, order, &layout);

	heap_free(order);
	if (error)
		flame_layout_free(&layout);
	else
		*out_layout = layout;
	return error;
}

void flame_layout_free(struct flame_layout *layout)
{
	for (int i = 0; i < STACK_WEIGHTS; i++)
		heap_free(layout->totals[i]);
	heap_free(layout->x);
	heap_free(layout->widths);
	heap_free(layout->depths);
	*layout = (struct flame_layout){0};
}

/* The same in every picture: colours are compared between them. */
static uint32_t name_hash(const char *name)
{
	uint32_t hash = 2166136261u;

	while (*name)
		hash = (hash ^ (unsigned char)*name++) * 16777619u;
	return hash;
}

/* One of red (0), green (8) and blue (4) of a colour in hue, saturation and lightness. */
static unsigned channel(double hue, double rich, double light, int which)
{
	double at = fmod(which + hue / 30, 12);
	double reach = rich * fmin(light, 1 - light);

	return (unsigned)lround(255 * (light - reach * fmax(-1, fmin(fmin(at - 3, 9 - at), 1))));
}

unsigned flame_layout_colour(const struct stack_tree *tree, uint32_t node)
{
	const struct stack_frame *frame;
	const char *object;
	double hue, light;

	if (node == STACK_TREE_ROOT)
		return 0xd9d4cb;
	frame = &tree->frames[tree->nodes[node].frame];
	object = path_base(frame->object);
	hue = fmod(name_hash(object) * 137.508, 360);
	light = 0.76 + ((int)(name_hash(frame->function) % 9) - 4) / 100.0;
	return channel(hue, 0.62, light, 0) << 16 | channel(hue, 0.62, light, 8) << 8 | channel(hue, 0.62, light, 4);
}
