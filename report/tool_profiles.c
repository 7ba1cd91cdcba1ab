/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "dump.h"
#include "heap.h"
#include "profile_file.h"
#include "tool_output.h"
#include "tool_profiles.h"

typedef Perftools__Profiles__Profile Profile;

bool tool_profiles_are_for_stdout(const struct dump_order *order)
{
	return strcmp(order->pattern, "-") == 0;
}

static int write_files(const struct tool_look *look, const struct dump_order *order,
		       const struct dump_packed packed[PROFILE_COUNT])
{
	static struct dump_result result;
	char directory[PATH_MAX];
	struct dump_request request = {.pattern = order->pattern, .directory = directory, .root = look->root};
	int error;

	if (!getcwd(directory, sizeof(directory)))
		directory[0] = '\0';
	error = dump_write_packed(look->snapshot, &request, packed, &result);
	for (int which = 0; !error && which < PROFILE_COUNT; which++)
		if (result.paths[which][0])
			fprintf(order->out, "%s\n", result.paths[which]);
	return error;
}

static int pack_and_write(const struct tool_look *look, const struct dump_order *order,
			  Profile *profiles[PROFILE_COUNT])
{
	struct dump_packed packed[PROFILE_COUNT] = {0};
	int error = 0;

	for (int which = 0; which < PROFILE_COUNT && !error; which++)
		if (profiles[which])
			error = profile_file_pack(profiles[which], &packed[which].bytes, &packed[which].count);
	if (!error)
		error = write_files(look, order, packed);
	for (int which = 0; which < PROFILE_COUNT; which++)
		heap_free(packed[which].bytes);
	return error;
}

/* Whoever orders standard output wants one profile. */
static int write_stdout(Profile *profiles[PROFILE_COUNT])
{
	for (int which = 0; which < PROFILE_COUNT; which++)
		if (profiles[which])
			return tool_output_write(profiles[which], "-") == TOOL_OK ? 0 : -EPIPE;
	return -ENOENT;
}

int tool_profiles_write(struct tool_look *look, const struct dump_order *order)
{
	Profile *profiles[PROFILE_COUNT];
	struct arena arena = {0};
	int error;

	if (order->wanted)
		look->snapshot->profiles &= order->wanted;
	if (look->snapshot->profiles == 0)
		return -ENOENT;
	error = tool_look_build(look, look->snapshot->profiles, !order->without_lines, &arena, profiles);
	if (!error)
		error = tool_profiles_are_for_stdout(order) ? write_stdout(profiles)
							    : pack_and_write(look, order, profiles);
	arena_free(&arena);
	return error;
}
