/* SPDX-License-Identifier: MIT */
/* Adding the samples of a message to a stack_tree. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "heap.h"
#include "stack_label.h"
#include "stack_tree_parts.h"

typedef Perftools__Profiles__Profile Profile;
typedef Perftools__Profiles__Sample Sample;
typedef Perftools__Profiles__Location Location;
typedef Perftools__Profiles__Line Line;

enum { STEPS_LIMIT = 1 << 28 };

/* What adding one message knows. */
struct adding {
	struct stack_tree *tree;
	const Profile *profile;
	unsigned side;
	uint32_t *first_frames; /* of each location, in `frames`; one more for the end */
	uint32_t *frames;       /* of all locations' lines, innermost first */
	size_t steps;           /* taken up and down all stacks */
};

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
	return error ? error : stack_tree_find_frame(adding->tree, &frame, out_frame);
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

/* From the root to the frame of the value that the sample has. */
static int step_to_group(struct stack_tree *tree, const struct stack_sample *sample, uint32_t *node)
{
	struct stack_frame frame = {.file = "", .object = ""};
	uint32_t number;
	int error;

	if (!tree->is_grouped)
		return 0;
	frame.function = sample->value[0] ? sample->value : "none";
	error = stack_tree_find_frame(tree, &frame, &number);
	return error ? error : stack_tree_step(tree, number, node);
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
			error = stack_tree_step(adding->tree, adding->frames[at - 1], node);
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
		error = stack_tree_find_sample(tree, &this, &number);
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
	int error = stack_tree_plant(tree);

	if (!error)
		error = find_frames(&adding);
	for (size_t i = 0; i < message->n_sample && !error; i++)
		error = add_sample(&adding, message->sample[i]);
	heap_free(adding.first_frames);
	heap_free(adding.frames);
	return error;
}
