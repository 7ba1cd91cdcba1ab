/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "heap.h"
#include "path.h"
#include "stack_tree_parts.h"

enum { FIRST_ROOM = 256 };

static int make_room(void **items, size_t count, size_t *room, size_t item_bytes)
{
	size_t more = *room ? *room * 2 : FIRST_ROOM;
	void *larger;

	if (count < *room)
		return 0;
	if (count >= UINT32_MAX / 2)
		return -EFBIG;
	larger = heap_resize(*items, more * item_bytes);
	if (!larger)
		return -ENOMEM;
	*items = larger;
	*room = more;
	return 0;
}

/* The file's name without its directories, and without the version that follows ".so". */
static const char *object_name(const char *path, size_t *out_bytes)
{
	const char *name = path_base(path);
	const char *version = strstr(name, ".so.");

	*out_bytes = version ? (size_t)(version - name) : strlen(name);
	return name;
}

static bool is_same_object(const char *a, const char *b)
{
	size_t a_bytes, b_bytes;

	a = object_name(a, &a_bytes);
	b = object_name(b, &b_bytes);
	return a_bytes == b_bytes && memcmp(a, b, a_bytes) == 0;
}

struct frame_wanted {
	const struct stack_tree *tree;
	const struct stack_frame *frame;
};

static bool frame_is_same(const void *wanted, uint32_t number)
{
	const struct frame_wanted *this = wanted;
	const struct stack_frame *that = &this->tree->frames[number];

	return strcmp(this->frame->function, that->function) == 0 && is_same_object(this->frame->object, that->object);
}

static uint64_t frame_hash(const struct stack_frame *frame)
{
	size_t bytes;
	const char *name = object_name(frame->object, &bytes);
	uint64_t words[] = {hash_index_bytes(frame->function, strlen(frame->function)), hash_index_bytes(name, bytes)};

	return hash_index_words(words, 2);
}

int stack_tree_find_frame(struct stack_tree *tree, const struct stack_frame *frame, uint32_t *out_number)
{
	struct frame_wanted wanted = {.tree = tree, .frame = frame};
	uint64_t hash = frame_hash(frame);
	int error;

	if (hash_index_find(&tree->frame_index, hash, frame_is_same, &wanted, out_number))
		return 0;
	error = make_room((void **)&tree->frames, tree->frame_count, &tree->frame_room, sizeof(*tree->frames));
	if (!error)
		error = hash_index_add(&tree->frame_index, hash, tree->frame_count);
	if (error)
		return error;
	tree->frames[tree->frame_count] = *frame;
	*out_number = tree->frame_count++;
	return 0;
}

struct node_wanted {
	const struct stack_tree *tree;
	struct stack_node node;
};

static bool node_is_same(const void *wanted, uint32_t number)
{
	const struct node_wanted *this = wanted;
	const struct stack_node *that = &this->tree->nodes[number];

	return number != STACK_TREE_ROOT && this->node.parent == that->parent && this->node.frame == that->frame;
}

static int add_node(struct stack_tree *tree, struct stack_node node, uint64_t hash)
{
	int error = tree->node_count == STACK_TREE_NODES_LIMIT ? -EFBIG : 0;

	if (!error)
		error = make_room((void **)&tree->nodes, tree->node_count, &tree->node_room, sizeof(*tree->nodes));
	if (!error)
		error = hash_index_add(&tree->node_index, hash, tree->node_count);
	if (!error)
		tree->nodes[tree->node_count++] = node;
	return error;
}

int stack_tree_plant(struct stack_tree *tree)
{
	return tree->node_count ? 0 : add_node(tree, (struct stack_node){0}, 0);
}

int stack_tree_step(struct stack_tree *tree, uint32_t frame, uint32_t *node)
{
	struct node_wanted wanted = {.tree = tree, .node = {.parent = *node, .frame = frame}};
	uint64_t words[] = {*node, frame};
	uint64_t hash = hash_index_words(words, 2);
	int error;

	if (hash_index_find(&tree->node_index, hash, node_is_same, &wanted, node))
		return 0;
	error = add_node(tree, wanted.node, hash);
	if (!error)
		*node = tree->node_count - 1;
	return error;
}

struct sample_wanted {
	const struct stack_tree *tree;
	const struct stack_sample *sample;
};

static bool sample_is_same(const void *wanted, uint32_t number)
{
	const struct sample_wanted *this = wanted;
	const struct stack_sample *that = &this->tree->samples[number];

	return this->sample->node == that->node && strcmp(this->sample->kind, that->kind) == 0 &&
	       strcmp(this->sample->fd, that->fd) == 0 && strcmp(this->sample->value, that->value) == 0;
}

static uint64_t sample_hash(const struct stack_sample *sample)
{
	uint64_t words[] = {sample->node, hash_index_bytes(sample->kind, strlen(sample->kind)),
			    hash_index_bytes(sample->fd, strlen(sample->fd)),
			    hash_index_bytes(sample->value, strlen(sample->value))};

	return hash_index_words(words, 4);
}

int stack_tree_find_sample(struct stack_tree *tree, const struct stack_sample *sample, uint32_t *out_number)
{
	struct sample_wanted wanted = {.tree = tree, .sample = sample};
	uint64_t hash = sample_hash(sample);
	int error;

	if (hash_index_find(&tree->sample_index, hash, sample_is_same, &wanted, out_number))
		return 0;
	error = make_room((void **)&tree->samples, tree->sample_count, &tree->sample_room, sizeof(*tree->samples));
	if (!error)
		error = hash_index_add(&tree->sample_index, hash, tree->sample_count);
	if (error)
		return error;
	tree->samples[tree->sample_count] = *sample;
	*out_number = tree->sample_count++;
	return 0;
}

void stack_tree_free(struct stack_tree *tree)
{
	heap_free(tree->frames);
	heap_free(tree->nodes);
	heap_free(tree->samples);
	hash_index_free(&tree->frame_index);
	hash_index_free(&tree->node_index);
	hash_index_free(&tree->sample_index);
	arena_free(&tree->texts);
	*tree = (struct stack_tree){0};
}
