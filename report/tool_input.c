/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "heap.h"
#include "path.h"
#include "profile_file.h"
#include "profile_ids.h"
#include "tool.h"
#include "tool_input.h"
#include "tool_lines.h"

typedef Perftools__Profiles__Profile Profile;

enum { STDIN_STEP_BYTES = 1 << 16 };

static const char *text(const Profile *profile, int64_t number)
{
	return profile->string_table[number];
}

/* Reading has checked that each sample has a value of each type. */
static struct snapshot_values values_of(const Profile *profile)
{
	return (struct snapshot_values){.events = text(profile, profile->sample_type[TOOL_VALUE_COUNT]->type),
					.duration = text(profile, profile->sample_type[TOOL_VALUE_DELAY_NS]->type)};
}

static bool is_of_contention(const Profile *profile)
{
	struct snapshot_values has;

	if (profile->n_sample_type != 2 &&
	    (profile->n_sample_type != 3 ||
	     strcmp(text(profile, profile->sample_type[TOOL_VALUE_LONGEST_NS]->type), "maximum") != 0))
		return false;
	has = values_of(profile);
	for (int which = 0; which < PROFILE_COUNT; which++) {
		struct snapshot_values values = snapshot_profile_values(which);

		if (strcmp(has.events, values.events) == 0 && strcmp(has.duration, values.duration) == 0)
			return true;
	}
	return false;
}

/* Our comments begin with the name of the profile. */
static bool comment_says(const Profile *profile, const char *kind)
{
	size_t bytes = strlen(kind);

	for (size_t i = 0; i < profile->n_comment; i++)
		if (strncmp(text(profile, profile->comment[i]), kind, bytes) == 0 &&
		    text(profile, profile->comment[i])[bytes] == ':')
			return true;
	return false;
}

static bool name_says(const char *path, const char *kind)
{
	return strstr(path_base(path), kind) != NULL;
}

static int find_kind(const Profile *profile, const char *path)
{
	for (int which = 0; which < PROFILE_COUNT; which++)
		if (comment_says(profile, snapshot_profile_name(which)))
			return which;
	for (int which = 0; which < PROFILE_COUNT; which++)
		if (name_says(path, snapshot_profile_name(which)))
			return which;
	return TOOL_INPUT_UNKNOWN;
}

static void add_profile(struct tool_input *input, int which, Profile *message)
{
	input->profiles[input->count++] = (struct tool_profile){
		.which = which,
		.kind = which == TOOL_INPUT_UNKNOWN ? "contention" : snapshot_profile_name(which),
		.values = values_of(message),
		.message = message,
	};
}

static int take_message(const char *path, const struct tool_input_order *order, struct tool_input *input)
{
	struct symbolize_result result;
	Profile *message = input->unpacked;
	int error;

	if (!is_of_contention(input->unpacked))
		return tool_fail("%s: not a profile of contention: its sample types are not contentions and delay",
				 path);
	error = profile_ids_make_positions(message);
	if (!error && order->lines)
		error = tool_lines_add(&message, 1, NULL, &input->arena, &result);
	if (error)
		return tool_fail("%s: %s", path, tool_error_words(error));
	add_profile(input, find_kind(message, path), message);
	return TOOL_OK;
}

static int read_stdin(Profile **out_profile)
{
	size_t count = 0;
	uint8_t *bytes = NULL;
	ssize_t more;
	int error = 0;

	do {
		uint8_t *larger = heap_resize(bytes, count + STDIN_STEP_BYTES);

		if (!larger || count > PROFILE_FILE_LIMITS.bytes) {
			heap_free(bytes);
			return larger ? -EFBIG : -ENOMEM;
		}
		bytes = larger;
		more = TEMP_FAILURE_RETRY(read(STDIN_FILENO, bytes + count, STDIN_STEP_BYTES));
		count += more > 0 ? more : 0;
	} while (more > 0);
	error = more < 0 ? -errno : profile_file_unpack(bytes, count, PROFILE_FILE_LIMITS, out_profile);
	heap_free(bytes);
	return error;
}

static int read_profile(const char *path, const struct tool_input_order *order, struct tool_input *input)
{
	bool is_stdin = strcmp(path, "-") == 0;
	int error = is_stdin ? read_stdin(&input->unpacked) : profile_file_read(path, &input->unpacked);

	input->name = is_stdin ? "standard input" : path;
	if (error == -EBADMSG)
		return tool_fail("%s: not a profile, or a damaged one", input->name);
	if (error)
		return tool_fail("%s: %s", input->name, tool_error_words(error));
	return take_message(input->name, order, input);
}

static int build_profiles(const struct tool_look *look, const struct tool_input_order *order, struct tool_input *input)
{
	Profile *profiles[PROFILE_COUNT];
	char *name = arena_copy_text(&input->arena, look->label, strlen(look->label));
	int error = name ? tool_look_build(look, order->wanted, order->lines, &input->arena, profiles) : -ENOMEM;

	if (error)
		return error;
	input->name = name;
	input->pid = look->snapshot->pid;
	for (int which = 0; which < PROFILE_COUNT; which++)
		if (profiles[which])
			add_profile(input, which, profiles[which]);
	return 0;
}

static int take_look(const char *named, int error, struct tool_look *look, const struct tool_input_order *order,
		     struct tool_input *input)
{
	if (error)
		return tool_fail("%s: %s", named, tool_error_words(error));
	error = build_profiles(look, order, input);
	if (order->keeps_look)
		input->look = *look;
	else
		tool_look_free(look);
	if (error)
		return tool_fail("%s: %s", named, tool_error_words(error));
	return input->count ? TOOL_OK : tool_fail("%s: it keeps no such profile", named);
}

static int read_process(const char *named, const struct tool_input_order *order, struct tool_input *input)
{
	long pid = strtol(named, NULL, 10);
	struct tool_look look;
	int error;

	tool_read_config();
	if (pid <= 0 || pid > INT_MAX)
		return tool_fail("%s: no process has such a number", named);
	error = tool_look_at_process((pid_t)pid, &look);
	if (error == -ESRCH)
		return tool_fail_unprofiled((pid_t)pid);
	return take_look(named, error, &look, order, input);
}

static bool is_region(const char *path)
{
	int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	uint64_t magic = 0;
	ssize_t count = descriptor < 0 ? -1 : read(descriptor, &magic, sizeof(magic));

	if (descriptor >= 0)
		close(descriptor);
	return count == sizeof(magic) && magic == REGION_MAGIC;
}

int tool_input_read(const char *named, const struct tool_input_order *order, struct tool_input *out_input)
{
	struct tool_input input = {0};
	struct tool_look look;
	int status;

	if (named[0] && named[strspn(named, "0123456789")] == '\0')
		status = read_process(named, order, &input);
	else if (is_region(named))
		status = take_look(named, tool_look_at_path(named, &look), &look, order, &input);
	else
		status = read_profile(named, order, &input);
	if (status == TOOL_OK)
		*out_input = input;
	else
		tool_input_free(&input);
	return status;
}

void tool_input_free(struct tool_input *input)
{
	profile_file_free(input->unpacked);
	arena_free(&input->arena);
	tool_look_free(&input->look);
	*input = (struct tool_input){0};
}
