/* SPDX-License-Identifier: MIT */
/* decode FILE...: prints profiles, knowing nothing but profile.proto: what the tests believe.
 *
 * One line for each sample, tab separated: count, delay in ns (and, separated by a colon, a third value), labels ("kind=mutex", "-" for none), stack (leaf first,
 * functions separated by ";", mangled as stored). Lines that begin with "#" are the rest of the profile:
 *   # file FILE
 *   # type TYPE UNIT
 *   # default TYPE
 *   # period TYPE UNIT VALUE
 *   # time NS
 *   # duration NS
 *   # comment TEXT
 *   # doc URL
 *   # mapping ID START LIMIT OFFSET BUILD-ID|- HAS_FUNCTIONS FILE
 *   # lines MAPPING-ID HAS_FILENAMES HAS_LINE_NUMBERS HAS_INLINE_FRAMES
 *   # location ID ADDRESS MAPPING FUNCTION[,FUNCTION...]
 *   # line LOCATION-ID LINE START-LINE FUNCTION TAB FILE (of those that have a line, innermost first)
 * Exit status 1, with one line on standard error, if the profile is not a valid one with two or three values in each sample.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "profile.pb-c.h"

typedef Perftools__Profiles__Profile Profile;
typedef Perftools__Profiles__Location Location;
typedef Perftools__Profiles__Function Function;
typedef Perftools__Profiles__Mapping Mapping;
typedef Perftools__Profiles__Sample Sample;

enum {
	READ_BYTES = 1 << 16,
	FIELD_DOC_URL = 15,
};

static Profile *profile;

static _Noreturn __attribute__((format(printf, 1, 2))) void fail(const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "decode: ");
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fprintf(stderr, "\n");
	exit(1);
}

/* The whole file, decompressed. */
static uint8_t *read_all(const char *path, size_t *out_bytes)
{
	uint8_t *data = NULL;
	size_t bytes = 0;
	gzFile file = gzopen(path, "rb");
	int got, close_error;

	if (!file)
		fail("%s: %s", path, strerror(errno));
	do {
		data = realloc(data, bytes + READ_BYTES);
		if (!data)
			fail("no memory");
		got = gzread(file, data + bytes, READ_BYTES);
		if (got < 0)
			fail("%s: %s", path, gzerror(file, &close_error));
		bytes += got;
	} while (got);
	if (gzdirect(file))
		fail("%s: not gzip", path);
	close_error = gzclose(file);
	if (close_error != Z_OK)
		fail("%s: cut or damaged (zlib says %d)", path, close_error);
	*out_bytes = bytes;
	return data;
}

static const char *text(int64_t index)
{
	if (index < 0 || (uint64_t)index >= profile->n_string_table)
		fail("string %" PRId64 " of %zu", index, profile->n_string_table);
	return profile->string_table[index];
}

static const Function *function_of(uint64_t id)
{
	for (size_t i = 0; i < profile->n_function; i++)
		if (profile->function[i]->id == id)
			return profile->function[i];
	fail("no function %" PRIu64, id);
}

/* Identifiers are found at their own place or by a search: a profile may number as it likes. */
static const Location *location_of(uint64_t id)
{
	if (id && id <= profile->n_location && profile->location[id - 1]->id == id)
		return profile->location[id - 1];
	for (size_t i = 0; i < profile->n_location; i++)
		if (profile->location[i]->id == id)
			return profile->location[i];
	fail("no location %" PRIu64, id);
}

static void check_mapping(uint64_t id)
{
	for (size_t i = 0; i < profile->n_mapping; i++)
		if (profile->mapping[i]->id == id)
			return;
	if (id)
		fail("no mapping %" PRIu64, id);
}

static void print_functions(const Location *location, char separator)
{
	if (!location->n_line)
		printf("0x%" PRIx64, location->address);
	for (size_t i = 0; i < location->n_line; i++) {
		if (i)
			putchar(separator);
		fputs(text(function_of(location->line[i]->function_id)->name), stdout);
	}
}

/* A field of newer schemas: known by its number, a varint. */
static const char *doc_url(void)
{
	const ProtobufCMessage *message = &profile->base;
	int64_t number = 0;

	for (unsigned i = 0; i < message->n_unknown_fields; i++) {
		const ProtobufCMessageUnknownField *field = &message->unknown_fields[i];

		for (size_t j = field->len; field->tag == FIELD_DOC_URL && j; j--)
			number = number << 7 | (field->data[j - 1] & 0x7f);
	}
	return text(number);
}

static void print_header(void)
{
	for (size_t i = 0; i < profile->n_sample_type; i++)
		printf("# type %s %s\n", text(profile->sample_type[i]->type), text(profile->sample_type[i]->unit));
	printf("# default %s\n", text(profile->default_sample_type));
	if (profile->period_type)
		printf("# period %s %s %" PRId64 "\n", text(profile->period_type->type),
		       text(profile->period_type->unit), profile->period);
	printf("# time %" PRId64 "\n# duration %" PRId64 "\n", profile->time_nanos, profile->duration_nanos);
	for (size_t i = 0; i < profile->n_comment; i++)
		printf("# comment %s\n", text(profile->comment[i]));
	printf("# doc %s\n", doc_url());
}

static void print_mappings(void)
{
	for (size_t i = 0; i < profile->n_mapping; i++) {
		const Mapping *mapping = profile->mapping[i];
		const char *build_id = text(mapping->build_id);

		if (!mapping->id)
			fail("a mapping without id");
		printf("# mapping %" PRIu64 " 0x%" PRIx64 " 0x%" PRIx64 " 0x%" PRIx64 " %s %d %s\n", mapping->id,
		       mapping->memory_start, mapping->memory_limit, mapping->file_offset, *build_id ? build_id : "-",
		       mapping->has_functions, text(mapping->filename));
		printf("# lines %" PRIu64 " %d %d %d\n", mapping->id, mapping->has_filenames, mapping->has_line_numbers,
		       mapping->has_inline_frames);
	}
}

static void print_lines(const Location *location)
{
	for (size_t i = 0; i < location->n_line; i++) {
		const Function *function = function_of(location->line[i]->function_id);

		if (location->line[i]->line)
			printf("# line %" PRIu64 " %" PRId64 " %" PRId64 " %s\t%s\n", location->id,
			       location->line[i]->line, function->start_line, text(function->name),
			       text(function->filename));
	}
}

static void print_locations(void)
{
	for (size_t i = 0; i < profile->n_location; i++) {
		const Location *location = profile->location[i];

		if (!location->id)
			fail("a location without id");
		check_mapping(location->mapping_id);
		printf("# location %" PRIu64 " 0x%" PRIx64 " %" PRIu64 " ", location->id, location->address,
		       location->mapping_id);
		print_functions(location, ',');
		putchar('\n');
		print_lines(location);
	}
}

static void print_labels(const Sample *sample)
{
	if (!sample->n_label)
		putchar('-');
	for (size_t i = 0; i < sample->n_label; i++) {
		printf("%s%s=", i ? "," : "", text(sample->label[i]->key));
		if (sample->label[i]->str)
			fputs(text(sample->label[i]->str), stdout);
		else
			printf("%" PRId64 "%s", sample->label[i]->num, text(sample->label[i]->num_unit));
	}
}

static void print_sample(const Sample *sample)
{
	if (sample->n_value != 2 && sample->n_value != 3)
		fail("a sample has %zu values", sample->n_value);
	printf("%" PRId64 "\t%" PRId64, sample->value[0], sample->value[1]);
	if (sample->n_value == 3)
		printf(":%" PRId64, sample->value[2]);
	putchar('\t');
	print_labels(sample);
	for (size_t i = 0; i < sample->n_location_id; i++) {
		putchar(i ? ';' : '\t');
		print_functions(location_of(sample->location_id[i]), ';');
	}
	putchar('\n');
}

static void print_profile(const char *path)
{
	size_t bytes;
	uint8_t *data = read_all(path, &bytes);

	profile = perftools__profiles__profile__unpack(NULL, bytes, data);
	if (!profile)
		fail("%s: not a profile", path);
	if (!profile->n_string_table || *profile->string_table[0])
		fail("%s: string 0 is not empty", path);
	print_header();
	print_mappings();
	print_locations();
	for (size_t i = 0; i < profile->n_sample; i++)
		print_sample(profile->sample[i]);
	perftools__profiles__profile__free_unpacked(profile, NULL);
	free(data);
}

int main(int argc, char **argv)
{
	if (argc < 2)
		fail("usage: decode FILE...");
	for (int i = 1; i < argc; i++) {
		printf("# file %s\n", argv[i]);
		print_profile(argv[i]);
	}
	return 0;
}
