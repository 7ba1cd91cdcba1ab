/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "frame.h"
#include "hash_index.h"
#include "heap.h"
#include "pprof_comments.h"
#include "string_table.h"
#include "pprof.h"

/* The page that tells what both profiles mean. */
#define DOC_URL "https://pkg.go.dev/runtime/pprof#Profile"

/* Fields of newer schemas. */
enum { FIELD_DOC_URL = 15 };

typedef Perftools__Profiles__Profile Profile;
typedef Perftools__Profiles__ValueType ValueType;
typedef Perftools__Profiles__Mapping Mapping;
typedef Perftools__Profiles__Function Function;
typedef Perftools__Profiles__Location Location;
typedef Perftools__Profiles__Line Line;
typedef Perftools__Profiles__Sample Sample;
typedef Perftools__Profiles__Label Label;

/* Entries of the profile are found again by what makes them equal. Ids are positions, from 1. */
struct builder {
	const struct snapshot *snapshot;
	const struct symbols *symbols;
	enum profile which;
	struct arena *arena;
	Profile *profile;
	struct string_table texts;
	uint32_t *mapping_ids;  /* by module number; 0: none */
	uint32_t *function_ids; /* by string number; 0: none */
	uint32_t *location_ids; /* by symbol number; 0: none yet */
	struct hash_index locations, samples;
	int64_t kind_key;
};

static void *new_item(struct builder *builder, size_t bytes)
{
	return arena_alloc(builder->arena, bytes);
}

static int64_t text_number(struct builder *builder, const char *text)
{
	return string_table_number(&builder->texts, text);
}

static ValueType *new_value_type(struct builder *builder, const char *type, const char *unit)
{
	ValueType *value_type = new_item(builder, sizeof(*value_type));

	if (!value_type)
		return NULL;
	perftools__profiles__value_type__init(value_type);
	value_type->type = text_number(builder, type);
	value_type->unit = text_number(builder, unit);
	return value_type;
}

static int build_types(struct builder *builder)
{
	Profile *profile = builder->profile;

	profile->sample_type = new_item(builder, 2 * sizeof(ValueType *));
	if (!profile->sample_type)
		return -ENOMEM;
	profile->sample_type[0] = new_value_type(builder, "contentions", "count");
	profile->sample_type[1] = new_value_type(builder, "delay", "nanoseconds");
	profile->period_type = new_value_type(builder, "contentions", "count");
	if (!profile->sample_type[0] || !profile->sample_type[1] || !profile->period_type)
		return -ENOMEM;
	profile->n_sample_type = 2;
	profile->period = 1;
	profile->default_sample_type = profile->sample_type[1]->type;
	profile->time_nanos = builder->snapshot->taken_wall_ns;
	return 0;
}

/* As protobuf-c writes fields that it was not told of: number and encoding. */
static int build_doc_url(struct builder *builder)
{
	ProtobufCMessageUnknownField *field = new_item(builder, sizeof(*field));
	int64_t number = text_number(builder, DOC_URL);

	if (!field)
		return -ENOMEM;
	*field = (ProtobufCMessageUnknownField){
		.tag = FIELD_DOC_URL, .wire_type = PROTOBUF_C_WIRE_TYPE_VARINT, .data = new_item(builder, 10)};
	if (!field->data)
		return -ENOMEM;
	for (; number >= 0x80; number >>= 7)
		field->data[field->len++] = (uint8_t)(0x80 | (number & 0x7f));
	field->data[field->len++] = (uint8_t)number;
	builder->profile->base.unknown_fields = field;
	builder->profile->base.n_unknown_fields = 1;
	return 0;
}

static int build_comments(struct builder *builder)
{
	enum { LINES = PPROF_COMMENTS_LIMIT };
	struct pprof_comments *lines = new_item(builder, sizeof(*lines));
	int64_t *numbers = new_item(builder, LINES * sizeof(*numbers));

	if (!lines || !numbers)
		return -ENOMEM;
	pprof_comments_write(builder->snapshot, builder->which, lines);
	for (size_t i = 0; i < lines->count; i++)
		numbers[i] = text_number(builder, lines->lines[i]);
	builder->profile->comment = numbers;
	builder->profile->n_comment = lines->count;
	return 0;
}

static const char *build_id_text(struct builder *builder, const struct snapshot_module *module)
{
	char *text = new_item(builder, module->build_id_bytes * 2 + 1);

	for (size_t i = 0; text && i < module->build_id_bytes; i++)
		snprintf(text + 2 * i, 3, "%02x", module->build_id[i]);
	return text;
}

static Mapping *add_mapping(struct builder *builder, const char *path)
{
	Mapping *mapping = new_item(builder, sizeof(*mapping));

	if (!mapping)
		return NULL;
	perftools__profiles__mapping__init(mapping);
	builder->profile->mapping[builder->profile->n_mapping++] = mapping;
	mapping->id = builder->profile->n_mapping;
	mapping->filename = text_number(builder, path);
	mapping->has_functions = true;
	return mapping;
}

/* A library that was unloaded and loaded again at its old place has two numbers and is one mapping. */
static bool is_same_module(const struct snapshot_module *a, const struct snapshot_module *b)
{
	return a->start == b->start && a->limit == b->limit && a->file_offset == b->file_offset &&
	       a->load_bias == b->load_bias && a->build_id_bytes == b->build_id_bytes &&
	       memcmp(a->build_id, b->build_id, a->build_id_bytes) == 0 && strcmp(a->path, b->path) == 0;
}

static uint32_t equal_mapping(const struct builder *builder, size_t number)
{
	const struct snapshot_module *modules = builder->snapshot->modules;

	for (size_t i = 1; i < number; i++)
		if (modules[i].limit && is_same_module(&modules[i], &modules[number]))
			return builder->mapping_ids[i];
	return 0;
}

static int add_module(struct builder *builder, size_t number)
{
	const struct snapshot_module *module = &builder->snapshot->modules[number];
	uint32_t equal = equal_mapping(builder, number);
	const char *build_id;
	Mapping *mapping;

	if (equal) {
		builder->mapping_ids[number] = equal;
		return 0;
	}
	mapping = add_mapping(builder, module->path);
	build_id = build_id_text(builder, module);
	if (!mapping || !build_id)
		return -ENOMEM;
	mapping->memory_start = module->start;
	mapping->memory_limit = module->limit;
	mapping->file_offset = module->file_offset;
	mapping->build_id = text_number(builder, build_id);
	builder->mapping_ids[number] = mapping->id;
	return 0;
}

/* The main executable first, even if none of its code was seen: readers take the first for it. */
static int build_mappings(struct builder *builder)
{
	const struct snapshot *snapshot = builder->snapshot;
	int error = 0;

	builder->mapping_ids = arena_alloc_array(builder->arena, snapshot->module_count, sizeof(uint32_t));
	builder->profile->mapping = arena_alloc_array(builder->arena, snapshot->module_count + 1, sizeof(Mapping *));
	if (!builder->mapping_ids || !builder->profile->mapping)
		return -ENOMEM;
	for (size_t i = 1; i < snapshot->module_count && !error; i++)
		if (snapshot->modules[i].limit && strcmp(snapshot->modules[i].path, snapshot->program) == 0)
			error = add_module(builder, i);
	if (!error && builder->profile->n_mapping == 0 && snapshot->program[0])
		error = add_mapping(builder, snapshot->program) ? 0 : -ENOMEM;
	for (size_t i = 1; i < snapshot->module_count && !error; i++)
		if (snapshot->modules[i].limit && builder->mapping_ids[i] == 0)
			error = add_module(builder, i);
	return error;
}

/* The id of the function of that name, 0 without memory. */
static uint32_t function_id(struct builder *builder, const char *name)
{
	int64_t number = text_number(builder, name);
	uint32_t *id = &builder->function_ids[number];
	Function *function;

	if (*id)
		return *id;
	function = new_item(builder, sizeof(*function));
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

static Location *new_location(struct builder *builder, const struct location_wanted *wanted)
{
	Location *location = new_item(builder, sizeof(*location));
	Line *line = new_item(builder, sizeof(*line));
	Line **lines = new_item(builder, sizeof(*lines));

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
static uint32_t location_id_of(struct builder *builder, const struct location_wanted *wanted)
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

static uint32_t location_id(struct builder *builder, uint64_t frame)
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

static int64_t label_number(const Sample *sample)
{
	return sample->n_label ? sample->label[0]->str : 0;
}

static bool sample_is_same(const void *wanted, uint32_t position)
{
	const struct sample_wanted *pair = wanted;
	const Sample *a = pair->sample;
	const Sample *b = pair->profile->sample[position];

	return label_number(a) == label_number(b) && a->n_location_id == b->n_location_id &&
	       memcmp(a->location_id, b->location_id, a->n_location_id * sizeof(*a->location_id)) == 0;
}

static int64_t add_capped(int64_t a, int64_t b)
{
	int64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

/* Enters the sample, or adds it to the one that is equal. */
static int enter_sample(struct builder *builder, Sample *sample)
{
	struct sample_wanted wanted = {.profile = builder->profile, .sample = sample};
	uint64_t hash = hash_index_words(sample->location_id, sample->n_location_id) ^ (uint64_t)label_number(sample);
	uint32_t position;

	if (hash_index_find(&builder->samples, hash, sample_is_same, &wanted, &position)) {
		Sample *present = builder->profile->sample[position];

		for (size_t i = 0; i < present->n_value; i++)
			present->value[i] = add_capped(present->value[i], sample->value[i]);
		return 0;
	}
	if (hash_index_add(&builder->samples, hash, builder->profile->n_sample))
		return -ENOMEM;
	builder->profile->sample[builder->profile->n_sample++] = sample;
	return 0;
}

/* Only waits are of different kinds; what a release is charged with is lock waiting, always. */
static int label_sample(struct builder *builder, Sample *sample, enum wait_kind kind)
{
	Label *label = new_item(builder, sizeof(*label));
	Label **labels = new_item(builder, sizeof(*labels));

	if (!label || !labels)
		return -ENOMEM;
	perftools__profiles__label__init(label);
	label->key = builder->kind_key;
	label->str = text_number(builder, snapshot_kind_name(kind));
	labels[0] = label;
	sample->label = labels;
	sample->n_label = 1;
	return 0;
}

static int add_sample(struct builder *builder, const struct snapshot_sample *from)
{
	Sample *sample = new_item(builder, sizeof(*sample));

	if (!sample)
		return -ENOMEM;
	perftools__profiles__sample__init(sample);
	sample->location_id = arena_alloc_array(builder->arena, from->depth, sizeof(*sample->location_id));
	sample->value = arena_alloc_array(builder->arena, 2, sizeof(*sample->value));
	if (!sample->location_id || !sample->value)
		return -ENOMEM;
	for (size_t i = 0; i < from->depth; i++) {
		sample->location_id[i] = location_id(builder, from->frames[i]);
		if (sample->location_id[i] == 0)
			return -ENOMEM;
	}
	sample->n_location_id = from->depth;
	sample->value[0] = from->count;
	sample->value[1] = from->delay_ns;
	sample->n_value = 2;
	if (builder->which == PROFILE_BLOCK && label_sample(builder, sample, from->kind))
		return -ENOMEM;
	return enter_sample(builder, sample);
}

/* Every symbol name is one string, and there are few others: that bounds functions and locations. */
static int build_samples(struct builder *builder)
{
	const struct snapshot *snapshot = builder->snapshot;
	size_t frames = symbols_count(builder->symbols);
	Profile *profile = builder->profile;
	int error = 0;

	builder->kind_key = builder->which == PROFILE_BLOCK ? text_number(builder, "kind") : 0;
	builder->location_ids = arena_alloc_array(builder->arena, frames, sizeof(uint32_t));
	builder->function_ids =
		arena_alloc_array(builder->arena, builder->texts.count + frames + WAIT_KIND_COUNT, sizeof(uint32_t));
	profile->location = arena_alloc_array(builder->arena, frames, sizeof(Location *));
	profile->function = arena_alloc_array(builder->arena, frames, sizeof(Function *));
	profile->sample = arena_alloc_array(builder->arena, snapshot->sample_count, sizeof(Sample *));
	if (!builder->location_ids || !builder->function_ids || !profile->location || !profile->function || !profile->sample)
		return -ENOMEM;
	for (size_t i = 0; i < snapshot->sample_count && !error; i++)
		if (snapshot->samples[i].profile == builder->which)
			error = add_sample(builder, &snapshot->samples[i]);
	return error;
}

static int build_all(struct builder *builder)
{
	int error = build_types(builder);

	if (!error)
		error = build_mappings(builder);
	if (!error)
		error = build_doc_url(builder);
	if (!error)
		error = build_comments(builder);
	if (!error)
		error = build_samples(builder);
	builder->profile->string_table = string_table_texts(&builder->texts);
	builder->profile->n_string_table = builder->texts.count;
	return error ? error : builder->texts.error;
}

int pprof_build(const struct snapshot *snapshot, const struct symbols *symbols, enum profile profile, struct arena *arena,
		Perftools__Profiles__Profile **out_profile)
{
	struct builder builder = {.snapshot = snapshot, .symbols = symbols, .which = profile, .arena = arena};
	int error;

	builder.profile = new_item(&builder, sizeof(*builder.profile));
	if (!builder.profile)
		return -ENOMEM;
	perftools__profiles__profile__init(builder.profile);
	builder.texts.arena = arena;
	string_table_init(&builder.texts);
	error = build_all(&builder);
	if (!error)
		*out_profile = builder.profile;
	string_table_free(&builder.texts);
	hash_index_free(&builder.locations);
	hash_index_free(&builder.samples);
	return error;
}
