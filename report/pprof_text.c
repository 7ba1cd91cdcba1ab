/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <libiberty/demangle.h>
#include <stdlib.h>
#include <string.h>

#include "pprof_text.h"

typedef Perftools__Profiles__Profile Profile;
typedef Perftools__Profiles__Sample Sample;
typedef Perftools__Profiles__Location Location;
typedef Perftools__Profiles__Line Line;
typedef Perftools__Profiles__Function Function;

enum { VALUE_COUNT, VALUE_DELAY_NS };
enum { TAB_COLUMNS = 8 };

static const char *text(const Profile *profile, int64_t index)
{
	return profile->string_table[index];
}

/* Texts have the program's own bytes in them: none of them may begin a line. */
static void put_word(const char *word, FILE *out)
{
	for (; *word; word++)
		fputc((unsigned char)*word < ' ' ? '?' : *word, out);
}

/* Readers take a stack for return addresses and look one byte before them. */
static uint64_t return_address(const Location *location)
{
	return location->address + 1;
}

static void write_head(const Profile *profile, enum profile which, FILE *out)
{
	if (which == PROFILE_MUTEX)
		fputs("--- mutex:\ncycles/second=1000000000\nsampling period=1\n", out);
	else
		fputs("--- contention:\ncycles/second=1000000000\n", out);
	for (size_t i = 0; i < profile->n_comment; i++) {
		const char *comment = text(profile, profile->comment[i]);

		fputs(comment[0] == '#' ? "" : "# ", out);
		put_word(comment, out);
		fputc('\n', out);
	}
}

/* As wide as Go's tables are: columns end at the first tab stop behind the widest of their cells. */
static void put_tabs(size_t from, size_t widest, FILE *out)
{
	size_t stops = widest / TAB_COLUMNS + 1;

	for (size_t at = from / TAB_COLUMNS; at < stops; at++)
		fputc('\t', out);
}

static size_t address_width(uint64_t address)
{
	return (size_t)snprintf(NULL, 0, "%#" PRIx64, address);
}

static char *readable_name(const Profile *profile, const Line *line)
{
	const char *name = text(profile, profile->function[line->function_id - 1]->name);
	char *readable = cplus_demangle(name, DMGL_AUTO | DMGL_PARAMS);

	return readable ? readable : strdup(name);
}

struct widths {
	size_t address, name;
};

static void write_line(const Profile *profile, const Location *location, const Line *line, const struct widths *widths,
		       FILE *out)
{
	const Function *function = profile->function[line->function_id - 1];
	const char *file = text(profile, function->filename);
	char *name = readable_name(profile, line);

	fprintf(out, "#\t%#" PRIx64, return_address(location));
	put_tabs(address_width(return_address(location)), widths->address, out);
	put_word(name ? name : "?", out);
	if (file[0]) {
		put_tabs(name ? strlen(name) : 1, widths->name, out);
		put_word(file, out);
		fprintf(out, ":%" PRId64, line->line);
	}
	fputc('\n', out);
	free(name);
}

static void widen(const Profile *profile, const Location *location, struct widths *widths)
{
	size_t address = address_width(return_address(location));

	widths->address = address > widths->address ? address : widths->address;
	for (size_t i = 0; i < location->n_line; i++) {
		char *name = readable_name(profile, location->line[i]);
		size_t width = name ? strlen(name) : 1;

		widths->name = width > widths->name ? width : widths->name;
		free(name);
	}
}

static void write_stack(const Profile *profile, const Sample *sample, FILE *out)
{
	struct widths widths = {0};

	for (size_t i = 0; i < sample->n_location_id; i++)
		widen(profile, profile->location[sample->location_id[i] - 1], &widths);
	for (size_t i = 0; i < sample->n_location_id; i++) {
		const Location *location = profile->location[sample->location_id[i] - 1];

		for (size_t l = 0; l < location->n_line; l++)
			write_line(profile, location, location->line[l], &widths, out);
	}
	fputc('\n', out);
}

static void write_sample(const Profile *profile, const Sample *sample, FILE *out)
{
	if (!sample->value[VALUE_DELAY_NS] && !sample->value[VALUE_COUNT]) /* it has a maximum */
		return;
	fprintf(out, "%" PRId64 " %" PRId64 " @", sample->value[VALUE_DELAY_NS], sample->value[VALUE_COUNT]);
	for (size_t i = 0; i < sample->n_location_id; i++)
		fprintf(out, " %#" PRIx64, return_address(profile->location[sample->location_id[i] - 1]));
	fputc('\n', out);
	for (size_t i = 0; i < sample->n_label; i++) {
		const Perftools__Profiles__Label *label = sample->label[i];

		fprintf(out, "%s%s=", i ? " " : "# ", text(profile, label->key));
		if (label->num)
			fprintf(out, "%" PRId64 " %s", label->num, text(profile, label->num_unit));
		else
			put_word(text(profile, label->str), out);
	}
	fputs(sample->n_label ? "\n" : "", out);
	write_stack(profile, sample, out);
}

/* As /proc/PID/maps; what is not known of a mapping is 0. */
static void write_map(const Profile *profile, FILE *out)
{
	fputs("--- Memory map: ---\n", out);
	for (size_t i = 0; i < profile->n_mapping; i++) {
		const Perftools__Profiles__Mapping *mapping = profile->mapping[i];

		if (mapping->memory_limit == 0)
			continue;
		fprintf(out, "%08" PRIx64 "-%08" PRIx64 " r-xp %08" PRIx64 " 00:00 0 ", mapping->memory_start,
			mapping->memory_limit, mapping->file_offset);
		put_word(text(profile, mapping->filename), out);
		fputc('\n', out);
	}
}

static int compare_delays(const void *left, const void *right)
{
	const Sample *const *a = left, *const *b = right;
	int64_t a_ns = (*a)->value[VALUE_DELAY_NS], b_ns = (*b)->value[VALUE_DELAY_NS];

	return (b_ns > a_ns) - (b_ns < a_ns);
}

void pprof_text_write(const Profile *message, enum profile which, FILE *out)
{
	const Sample **samples = calloc(message->n_sample + 1, sizeof(*samples));

	write_head(message, which, out);
	for (size_t i = 0; samples && i < message->n_sample; i++)
		samples[i] = message->sample[i];
	if (samples)
		qsort(samples, message->n_sample, sizeof(*samples), compare_delays);
	for (size_t i = 0; i < message->n_sample; i++)
		write_sample(message, samples ? samples[i] : message->sample[i], out);
	write_map(message, out);
	free(samples);
}
