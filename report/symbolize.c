/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "heap.h"
#include "symbolize.h"
#include "symbolize_parts.h"

static bool has_address(const Location *location)
{
	return location->mapping_id && location->address;
}

static bool is_inside(const Mapping *mapping, uint64_t address)
{
	return address >= mapping->memory_start && address < mapping->memory_limit;
}

static struct debug_object object_of(const Profile *profile, const Mapping *mapping)
{
	return (struct debug_object){.path = profile->string_table[mapping->filename],
				     .build_id = profile->string_table[mapping->build_id],
				     .file_offset = mapping->file_offset};
}

static uint64_t position_of(const Mapping *mapping, const Location *location)
{
	return location->address - mapping->memory_start + mapping->file_offset;
}

static int want(struct source_lines *lines, const Profile *profile, const Location *location)
{
	const Mapping *mapping = profile->mapping[location->mapping_id - 1];
	struct debug_object object = object_of(profile, mapping);

	if (!is_inside(mapping, location->address) || object.path[0] != '/')
		return 0;
	return source_lines_want(lines, &object, position_of(mapping, location));
}

static int want_all(struct source_lines *lines, const Profile *profile, struct symbolize_result *result)
{
	int error = 0;

	for (size_t i = 0; i < profile->n_location && !error; i++) {
		const Location *location = profile->location[i];

		if (!has_address(location))
			continue;
		result->locations++;
		if (symbolize_is_wanting(location))
			error = want(lines, profile, location);
		else
			result->had_lines++;
	}
	return error;
}

static const struct source_frame *find_frames(const void *lines, const Profile *profile, const Location *location)
{
	const Mapping *mapping = profile->mapping[location->mapping_id - 1];
	struct debug_object object = object_of(profile, mapping);

	if (!is_inside(mapping, location->address))
		return NULL;
	return source_lines_find(lines, &object, position_of(mapping, location));
}

static size_t locations_with_lines(const Profile *profile)
{
	size_t count = 0;

	for (size_t i = 0; i < profile->n_location; i++)
		count += has_address(profile->location[i]) && !symbolize_is_wanting(profile->location[i]);
	return count;
}

/* All are rewritten before one is replaced. */
static int rewrite_all(Profile **profiles, size_t count, const struct symbolize_order *order,
		       struct symbolize_result *result)
{
	struct symbolize_lookup lookup = {.find = find_frames, .argument = order->lines};
	Profile **written = heap_alloc_array(count, sizeof(Profile *));
	size_t with_lines = 0;
	int error = written ? 0 : -ENOMEM;

	for (size_t i = 0; i < count && !error; i++)
		if (profiles[i])
			error = symbolize_message(profiles[i], &lookup, order->arena, &written[i]);
	for (size_t i = 0; i < count && !error; i++)
		if (profiles[i]) {
			profiles[i] = written[i];
			with_lines += locations_with_lines(written[i]);
		}
	heap_free(written);
	result->got_lines = with_lines - result->had_lines;
	return error;
}

int symbolize_profiles(Profile **profiles, size_t count, const struct symbolize_order *order,
		       struct symbolize_result *out_result)
{
	struct symbolize_result result = {0};
	int error = 0;

	source_lines_begin(order->lines, &order->view);
	for (size_t i = 0; i < count && !error; i++)
		if (profiles[i])
			error = want_all(order->lines, profiles[i], &result);
	if (!error)
		error = source_lines_ask(order->lines, &result.failed_objects);
	if (!error)
		error = rewrite_all(profiles, count, order, &result);
	if (!error)
		*out_result = result;
	return error;
}
