/* SPDX-License-Identifier: MIT */
/* The worst waits of a block profile, a line each. */
#include <inttypes.h>
#include <libiberty/demangle.h>
#include <stdlib.h>
#include <string.h>

#include "profile_file.h"
#include "tool.h"

typedef Perftools__Profiles__Profile Profile;
typedef Perftools__Profiles__Sample Sample;

enum { VALUE_COUNT, VALUE_DELAY_NS, CALLERS_SHOWN = 3 };

static const char *text(const Profile *profile, int64_t index)
{
	return profile->string_table[index];
}

/* The innermost function of a location. Ids are numbers from 1 in order, as we write them; else "?". */
static const char *location_name(const Profile *profile, uint64_t id)
{
	if (id == 0 || id > profile->n_location || profile->location[id - 1]->n_line == 0)
		return "?";
	uint64_t function = profile->location[id - 1]->line[0]->function_id;

	return function && function <= profile->n_function ? text(profile, profile->function[function - 1]->name) : "?";
}

static void print_name(const char *name, FILE *out)
{
	char *readable = cplus_demangle(name, DMGL_AUTO | DMGL_NO_OPTS);

	fputs(readable ? readable : name, out);
	free(readable);
}

static const char *label(const Profile *profile, const Sample *sample, const char *key)
{
	for (size_t i = 0; i < sample->n_label; i++)
		if (strcmp(text(profile, sample->label[i]->key), key) == 0)
			return text(profile, sample->label[i]->str);
	return "";
}

static void print_duration(int64_t ns, FILE *out)
{
	static const struct unit {
		double ns;
		const char *name;
	} units[] = {{1e9, "s"}, {1e6, "ms"}, {1e3, "us"}, {1, "ns"}};
	const struct unit *unit = units;

	while (unit->ns > 1 && (double)ns < unit->ns)
		unit++;
	fprintf(out, "%8.2f%-2s", (double)ns / unit->ns, unit->name);
}

static void print_sample(const Profile *profile, const Sample *sample, FILE *out)
{
	print_duration(sample->value[VALUE_DELAY_NS], out);
	fprintf(out, "  %8" PRId64 "x  %-6s ", sample->value[VALUE_COUNT], label(profile, sample, "kind"));
	for (size_t i = 0; i < sample->n_location_id && i <= CALLERS_SHOWN; i++) {
		fputs(i ? " < " : " ", out);
		print_name(location_name(profile, sample->location_id[i]), out);
	}
	fputc('\n', out);
}

static int compare_delays(const void *left, const void *right)
{
	const Sample *const *a = left, *const *b = right;
	int64_t difference = (*b)->value[VALUE_DELAY_NS] - (*a)->value[VALUE_DELAY_NS];

	return (difference > 0) - (difference < 0);
}

int tool_print_worst(const char *profile_path, unsigned most, FILE *out)
{
	Profile *profile;
	int error = profile_file_read(profile_path, &profile);

	if (error)
		return tool_fail("%s: %s", profile_path, tool_error_words(error));
	if (profile->n_sample)
		qsort(profile->sample, profile->n_sample, sizeof(profile->sample[0]), compare_delays);
	for (size_t i = 0; i < profile->n_sample && i < most; i++)
		if (profile->sample[i]->n_value > VALUE_DELAY_NS)
			print_sample(profile, profile->sample[i], out);
	if (profile->n_sample == 0)
		fputs("  none: no thread waited long enough to be recorded\n", out);
	profile_file_free(profile);
	return TOOL_OK;
}
