/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "pprof_builder.h"
#include "pprof_comments.h"
#include "pprof_mappings.h"
#include "pprof_samples.h"
#include "pprof.h"
#include "snapshot_names.h"

/* The page that tells what both profiles mean. */
#define DOC_URL "https://pkg.go.dev/runtime/pprof#Profile"

/* Fields of newer schemas. */
enum { FIELD_DOC_URL = 15 };

static ValueType *new_value_type(struct pprof_builder *builder, const char *type, const char *unit)
{
	ValueType *value_type = pprof_new(builder, sizeof(*value_type));

	if (!value_type)
		return NULL;
	perftools__profiles__value_type__init(value_type);
	value_type->type = pprof_text(builder, type);
	value_type->unit = pprof_text(builder, unit);
	return value_type;
}

static int build_types(struct pprof_builder *builder)
{
	struct snapshot_values values = snapshot_profile_values(builder->which);
	Profile *profile = builder->profile;

	static const char *const units[PPROF_VALUES] = {"count", "nanoseconds", "nanoseconds"};
	const char *const types[PPROF_VALUES] = {values.events, values.duration, "maximum"};

	profile->sample_type = pprof_new(builder, PPROF_VALUES * sizeof(ValueType *));
	profile->period_type = new_value_type(builder, types[0], units[0]);
	if (!profile->sample_type || !profile->period_type)
		return -ENOMEM;
	for (size_t i = 0; i < builder->value_count; i++) {
		profile->sample_type[i] = new_value_type(builder, types[i], units[i]);
		if (!profile->sample_type[i])
			return -ENOMEM;
	}
	profile->n_sample_type = builder->value_count;
	profile->period = 1;
	profile->default_sample_type = profile->sample_type[PPROF_VALUE_DELAY_NS]->type;
	profile->time_nanos = builder->snapshot->taken_wall_ns;
	if (__builtin_sub_overflow(builder->snapshot->taken_wall_ns, builder->snapshot->started_wall_ns,
				   &profile->duration_nanos) ||
	    profile->duration_nanos < 0) /* the clock was set back */
		profile->duration_nanos = 0;
	return 0;
}

/* As protobuf-c writes fields that it was not told of: number and encoding. */
static int build_doc_url(struct pprof_builder *builder)
{
	ProtobufCMessageUnknownField *field = pprof_new(builder, sizeof(*field));
	int64_t number = pprof_text(builder, DOC_URL);

	if (!field)
		return -ENOMEM;
	*field = (ProtobufCMessageUnknownField){
		.tag = FIELD_DOC_URL, .wire_type = PROTOBUF_C_WIRE_TYPE_VARINT, .data = pprof_new(builder, 10)};
	if (!field->data)
		return -ENOMEM;
	for (; number >= 0x80; number >>= 7)
		field->data[field->len++] = (uint8_t)(0x80 | (number & 0x7f));
	field->data[field->len++] = (uint8_t)number;
	builder->profile->base.unknown_fields = field;
	builder->profile->base.n_unknown_fields = 1;
	return 0;
}

static int build_comments(struct pprof_builder *builder)
{
	enum { LINES = PPROF_COMMENTS_LIMIT };
	struct pprof_comments *lines = pprof_new(builder, sizeof(*lines));
	int64_t *numbers = pprof_new(builder, LINES * sizeof(*numbers));

	if (!lines || !numbers)
		return -ENOMEM;
	pprof_comments_write(builder->snapshot, builder->which, lines);
	for (size_t i = 0; i < lines->count; i++)
		numbers[i] = pprof_text(builder, lines->lines[i]);
	builder->profile->comment = numbers;
	builder->profile->n_comment = lines->count;
	return 0;
}

static int build_all(struct pprof_builder *builder)
{
	int error = build_types(builder);

	if (!error)
		error = pprof_mappings_build(builder);
	if (!error)
		error = build_doc_url(builder);
	if (!error)
		error = build_comments(builder);
	if (!error)
		error = pprof_samples_build(builder);
	builder->profile->string_table = string_table_texts(&builder->texts);
	builder->profile->n_string_table = builder->texts.count;
	return error ? error : builder->texts.error;
}

int pprof_build(const struct snapshot *snapshot, const struct symbols *symbols, enum profile profile,
		struct arena *arena, Perftools__Profiles__Profile **out_profile)
{
	struct pprof_builder builder = {.snapshot = snapshot,
					.symbols = symbols,
					.which = profile,
					.arena = arena,
					.value_count = snapshot->has_histogram ? PPROF_VALUES : PPROF_VALUES - 1};
	int error;

	builder.profile = pprof_new(&builder, sizeof(*builder.profile));
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
