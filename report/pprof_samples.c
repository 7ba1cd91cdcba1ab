/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "frame.h"
#include "futex_names.h"
#include "pprof_labels.h"
#include "pprof_samples.h"

/* The id of the function of that name, 0 without memory. */
static uint32_t function_id(struct pprof_builder *builder, const char *name)
{
	int64_t number = pprof_text(builder, name);
	uint32_t *id = &builder->function_ids[number];
	Function *function;

	if (*id)
		return *id;
	function = pprof_new(builder, sizeof(*function));
	if (!function)
		return 0;
	perftools__profiles__function__init(function);
	builder->profile->function[builder->profile->n_function++] = function;
	*id = builder->profile->n_function;
	function->id = *id;
	function->name = number;
	function->system_name = number;
	return *id;
}

struct location_wanted {
	const Profile *profile;
	uint64_t mapping_id, address, function_id;
};

static bool location_is_same(const void *wanted, uint32_t id)
{
	const struct location_wanted *location = wanted;
	const Location *present = location->profile->location[id - 1];

	return present->mapping_id == location->mapping_id && present->address == location->address &&
	       present->line[0]->function_id == location->function_id;
}

static Location *new_location(struct pprof_builder *builder, const struct location_wanted *wanted)
{
	Location *location = pprof_new(builder, sizeof(*location));
	Line *line = pprof_new(builder, sizeof(*line));
	Line **lines = pprof_new(builder, sizeof(*lines));

	if (!location || !line || !lines)
		return NULL;
	perftools__profiles__location__init(location);
	perftools__profiles__line__init(line);
	line->function_id = wanted->function_id;
	lines[0] = line;
	location->mapping_id = wanted->mapping_id;
	location->address = wanted->address;
	location->line = lines;
	location->n_line = 1;
	return location;
}

/* The id of the location that equals `wanted`, made if there is none; 0 without memory. */
static uint32_t location_id_of(struct pprof_builder *builder, const struct location_wanted *wanted)
{
	uint64_t words[] = {wanted->mapping_id, wanted->address, wanted->function_id};
	uint64_t hash = hash_index_words(words, 3);
	Location *location;
	uint32_t id;

	if (hash_index_find(&builder->locations, hash, location_is_same, wanted, &id))
		return id;
	location = new_location(builder, wanted);
	id = builder->profile->n_location + 1;
	if (!location || hash_index_add(&builder->locations, hash, id))
		return 0;
	location->id = id;
	builder->profile->location[builder->profile->n_location++] = location;
	return id;
}

static uint32_t location_id(struct pprof_builder *builder, uint64_t frame)
{
	uint32_t number = symbols_number(builder->symbols, frame);
	uint32_t module = frame_module(frame);
	struct location_wanted wanted = {.profile = builder->profile, .address = frame_address(frame)};

	if (builder->location_ids[number])
		return builder->location_ids[number];
	if (module == FRAME_MODULE_PSEUDO)
		wanted.address = 0;
	else
		wanted.mapping_id = builder->mapping_ids[module];
	wanted.function_id = function_id(builder, symbols_name(builder->symbols, number));
	if (wanted.function_id)
		builder->location_ids[number] = location_id_of(builder, &wanted);
	return builder->location_ids[number];
}

struct sample_wanted {
	const Profile *profile;
	const Sample *sample;
};

static bool sample_is_same(const void *wanted, uint32_t position)
{
	const struct sample_wanted *pair = wanted;
	const Sample *a = pair->sample;
	const Sample *b = pair->profile->sample[position];

	return pprof_labels_equal(a, b) && a->n_location_id == b->n_location_id &&
	       memcmp(a->location_id, b->location_id, a->n_location_id * sizeof(*a->location_id)) == 0;
}

static int64_t add_capped(int64_t a, int64_t b)
{
	int64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

/* Enters the sample, or adds it to the one that is equal. */
static int enter_sample(struct pprof_builder *builder, Sample *sample)
{
	struct sample_wanted wanted = {.profile = builder->profile, .sample = sample};
	uint64_t hash = hash_index_words(sample->location_id, sample->n_location_id) ^ pprof_labels_hash(sample);
	uint32_t position;

	if (hash_index_find(&builder->samples, hash, sample_is_same, &wanted, &position)) {
		Sample *present = builder->profile->sample[position];

		for (size_t i = 0; i < PPROF_VALUE_LONGEST_NS; i++)
			present->value[i] = add_capped(present->value[i], sample->value[i]);
		if (present->n_value == PPROF_VALUES &&
		    present->value[PPROF_VALUE_LONGEST_NS] < sample->value[PPROF_VALUE_LONGEST_NS])
			present->value[PPROF_VALUE_LONGEST_NS] = sample->value[PPROF_VALUE_LONGEST_NS];
		return 0;
	}
	if (hash_index_add(&builder->samples, hash, builder->profile->n_sample))
		return -ENOMEM;
	builder->profile->sample[builder->profile->n_sample++] = sample;
	return 0;
}

static int add_sample(struct pprof_builder *builder, const struct snapshot_sample *from, const int64_t *values)
{
	Sample *sample = pprof_new(builder, sizeof(*sample));

	if (!sample)
		return -ENOMEM;
	perftools__profiles__sample__init(sample);
	sample->location_id = arena_alloc_array(builder->arena, from->depth, sizeof(*sample->location_id));
	sample->value = arena_alloc_array(builder->arena, builder->value_count, sizeof(*sample->value));
	if (!sample->location_id || !sample->value)
		return -ENOMEM;
	for (size_t i = 0; i < from->depth; i++)
		sample->location_id[i] = location_id(builder, from->frames[i]);
	sample->n_location_id = from->depth;
	sample->n_value = builder->value_count;
	memcpy(sample->value, values, sample->n_value * sizeof(*values));
	if (pprof_labels_build(builder, sample, from))
		return -ENOMEM;
	return enter_sample(builder, sample);
}

static int add_samples(struct pprof_builder *builder, const struct snapshot_sample *from)
{
	const int64_t values[PPROF_VALUES] = {from->count, from->delay_ns, 0};
	const int64_t longest[PPROF_VALUES] = {0, 0, from->longest_ns};
	struct snapshot_sample whole = *from;
	int error = add_sample(builder, from, values);

	whole.delay_class = 0;
	return error || from->longest_ns == 0 ? error : add_sample(builder, &whole, longest);
}

/* Wakes of words are releases or not: the former belong into the profiles of releases, the latter into the profile `wake`. */
static bool is_of_profile(const struct pprof_builder *builder, const struct snapshot_sample *sample)
{
	bool is_futex = sample->kind == WAIT_FUTEX || sample->kind == WAIT_FUTEX_LOCK;

	if (sample->profile != builder->which)
		return false;
	if (!is_futex || builder->which == PROFILE_BLOCK)
		return true;
	return futex_names_is_lock(builder->symbols, sample, builder->name_uses) ==
	       (builder->which == PROFILE_MUTEX || builder->which == PROFILE_PAIRS);
}

/* Locations and functions of all stacks: their names have the first numbers, before the texts of labels, of which there may be
 * many. */
static int enter_stacks(struct pprof_builder *builder)
{
	const struct snapshot *snapshot = builder->snapshot;

	for (size_t i = 0; i < snapshot->sample_count; i++) {
		const struct snapshot_sample *sample = &snapshot->samples[i];

		if (!is_of_profile(builder, sample))
			continue;
		for (size_t frame = 0; frame < sample->depth; frame++)
			if (location_id(builder, sample->frames[frame]) == 0)
				return -ENOMEM;
	}
	return 0;
}

/* Every symbol name is one string: that bounds functions and locations. */
int pprof_samples_build(struct pprof_builder *builder)
{
	const struct snapshot *snapshot = builder->snapshot;
	size_t frames = symbols_count(builder->symbols);
	Profile *profile = builder->profile;
	int error = 0;

	builder->location_ids = arena_alloc_array(builder->arena, frames, sizeof(uint32_t));
	builder->function_ids = arena_alloc_array(builder->arena, builder->texts.count + frames, sizeof(uint32_t));
	builder->name_uses = arena_alloc_array(builder->arena, frames, sizeof(*builder->name_uses));
	profile->location = arena_alloc_array(builder->arena, frames, sizeof(Location *));
	profile->function = arena_alloc_array(builder->arena, frames, sizeof(Function *));
	profile->sample = arena_alloc_array(builder->arena, 2 * snapshot->sample_count, sizeof(Sample *));
	if (!builder->location_ids || !builder->function_ids || !builder->name_uses || !profile->location ||
	    !profile->function || !profile->sample)
		return -ENOMEM;
	error = enter_stacks(builder);
	for (size_t i = 0; i < snapshot->sample_count && !error; i++)
		if (is_of_profile(builder, &snapshot->samples[i]))
			error = add_samples(builder, &snapshot->samples[i]);
	return error;
}
