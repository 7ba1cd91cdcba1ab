/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "heap.h"
#include "path.h"
#include "stack_label.h"
#include "stack_tree.h"

typedef Perftools__Profiles__Profile Profile;
typedef Perftools__Profiles__Sample Sample;
typedef Perftools__Profiles__Location Location;
typedef Perftools__Profiles__Line Line;

enum { FIRST_ROOM = 256, STEPS_LIMIT = 1 << 28 };

/* What adding one message knows. */
struct adding {
	struct stack_tree *tree;
	const Profile *profile;
	unsigned side;
	uint32_t *first_frames; /* of each location, in `frames`; one more for the end */
	uint32_t *frames;       /* of all locations' lines, innermost first */
	size_t steps;           /* taken up and down all stacks */
};

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

static int find_frame(struct stack_tree *tree, const struct stack_frame *frame, uint32_t *out_number)
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

/* From *node to its child of that frame, which is made if need be. */
static int step(struct stack_tree *tree, uint32_t frame, uint32_t *node)
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

static int name_address(struct stack_tree *tree, uint64_t address, const char **out_name)
{
	char name[32];
	int bytes = snprintf(name, sizeof(name), "0x%" PRIx64, address);

	*out_name = arena_copy_text(&tree->texts, name, bytes);
	return *out_name ? 0 : -ENOMEM;
}

static const char *object_of(const Profile *profile, const Location *location)
{
	return location->mapping_id ? profile->string_table[profile->mapping[location->mapping_id - 1]->filename] : "";
}

/* Of one line of a location; `line` is NULL if it has none. */
static int find_line_frame(struct adding *adding, const Location *location, const Line *line, uint32_t *out_frame)
{
	const Profile *profile = adding->profile;
	struct stack_frame frame = {.function = "", .file = "", .object = object_of(profile, location)};
	int error = 0;

	if (line && line->function_id) {
		const Perftools__Profiles__Function *function = profile->function[line->function_id - 1];

		frame.function = profile->string_table[function->name];
		frame.file = profile->string_table[function->filename];
	}
	if (!frame.function[0])
		error = name_address(adding->tree, location->address, &frame.function);
	return error ? error : find_frame(adding->tree, &frame, out_frame);
}

static int find_location_frames(struct adding *adding, const Location *location, uint32_t *at)
{
	int error = 0;

	if (location->n_line == 0)
		return find_line_frame(adding, location, NULL, &adding->frames[(*at)++]);
	for (size_t i = 0; i < location->n_line && !error; i++)
		error = find_line_frame(adding, location, location->line[i], &adding->frames[(*at)++]);
	return error;
}

static int find_frames(struct adding *adding)
{
	const Profile *profile = adding->profile;
	size_t lines = 0;
	uint32_t at = 0;
	int error = 0;

	for (size_t i = 0; i < profile->n_location; i++)
		lines += profile->location[i]->n_line ? profile->location[i]->n_line : 1;
	if (lines > UINT32_MAX)
		return -EFBIG;
	adding->first_frames = heap_alloc_array(profile->n_location + 1, sizeof(uint32_t));
	adding->frames = heap_alloc_array(lines + 1, sizeof(uint32_t));
	if (!adding->first_frames || !adding->frames)
		return -ENOMEM;
	for (size_t i = 0; i < profile->n_location && !error; i++) {
		error = find_location_frames(adding, profile->location[i], &at);
		adding->first_frames[i + 1] = at;
	}
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

static int find_sample(struct stack_tree *tree, const struct stack_sample *sample, uint32_t *out_number)
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

/* From the root to the frame of the value that the sample has. */
static int step_to_group(struct stack_tree *tree, const struct stack_sample *sample, uint32_t *node)
{
	struct stack_frame frame = {.file = "", .object = ""};
	uint32_t number;
	int error;

	if (!tree->is_grouped)
		return 0;
	frame.function = sample->value[0] ? sample->value : "none";
	error = find_frame(tree, &frame, &number);
	return error ? error : step(tree, number, node);
}

/* From *node to the innermost function of a stack. */
static int step_inwards(struct adding *adding, const Sample *sample, uint32_t *node)
{
	int error = 0;

	for (size_t i = sample->n_location_id; i > 0 && !error; i--) {
		uint32_t first = adding->first_frames[sample->location_id[i - 1] - 1];
		uint32_t end = adding->first_frames[sample->location_id[i - 1]];

		adding->steps += end - first;
		if (adding->steps > STEPS_LIMIT)
			return -EFBIG;
		for (uint32_t at = end; at > first && !error; at--)
			error = step(adding->tree, adding->frames[at - 1], node);
	}
	return error;
}

/* Of the three labels that a sample is told apart by. */
static int find_values(const struct adding *adding, const Sample *from, struct stack_sample *sample)
{
	const Profile *profile = adding->profile;
	struct stack_tree *tree = adding->tree;

	sample->kind = stack_label_value(profile, from, "kind", &tree->texts);
	sample->fd = stack_label_value(profile, from, "fd", &tree->texts);
	sample->value = tree->label ? stack_label_value(profile, from, tree->label, &tree->texts) : "";
	return sample->kind && sample->fd && sample->value ? 0 : -ENOMEM;
}

static int add_sample(struct adding *adding, const Sample *sample)
{
	struct stack_tree *tree = adding->tree;
	struct stack_sample this = {.node = STACK_TREE_ROOT};
	uint32_t number;
	int64_t *values;
	int error = find_values(adding, sample, &this);

	if (!error)
		error = step_to_group(tree, &this, &this.node);
	if (!error)
		error = step_inwards(adding, sample, &this.node);
	if (!error)
		error = find_sample(tree, &this, &number);
	if (error)
		return error;
	values = tree->samples[number].values[adding->side];
	for (int weight = 0; weight < STACK_WEIGHTS; weight++)
		values[weight] = stack_tree_sum(values[weight], sample->value[weight]);
	return 0;
}

int stack_tree_add(struct stack_tree *tree, const Profile *message, unsigned side)
{
	struct adding adding = {.tree = tree, .profile = message, .side = side};
	int error = tree->node_count ? 0 : add_node(tree, (struct stack_node){0}, 0);

	if (!error)
		error = find_frames(&adding);
	for (size_t i = 0; i < message->n_sample && !error; i++)
		error = add_sample(&adding, message->sample[i]);
	heap_free(adding.first_frames);
	heap_free(adding.frames);
	return error;
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
