/* SPDX-License-Identifier: MIT */
/* Goal: whatever stands in the environment, every option has a value that its list allows, and each complaint is one line; and
 * whatever a program, its host and the pattern are called, the path of its profiles has no part that they did not ask for;
 * and whatever functions are called, their names can be shown.
 *
 * An input is the environment's variables without their prefix, each terminated. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "config_value.h"
#include "fuzz.h"
#include "output_name.h"

enum { VARIABLES = 64, PATH_BYTES = 4096 };

static const char prefix[] = "CONTEND_";

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	return 0;
}

static void check_complaint(const char *line)
{
	fuzz_require(strlen(line) > 0);
	for (; *line; line++)
		fuzz_require(*line >= ' ' && *line <= '~');
}

#define CHECK_number(value, least, most)      ((value) >= (least) && (value) <= (most))
#define CHECK_duration(value, least, most)    CHECK_number(value, least, most)
#define CHECK_bytes(value, least, most)       CHECK_number(value, least, most)
#define CHECK_share(value, least, most)       CHECK_number(value, least, most)
#define CHECK_flag(value, least, most)        CHECK_number(value, least, most)
#define CHECK_signal(value, least, most)      CHECK_number(value, least, most)
#define CHECK_lock_labels(value, least, most) CHECK_number(value, least, most)
#define CHECK_text(value, least, most)        CHECK_number((int64_t)strlen(value), least, most)

static void check_config(char *const variables[])
{
	config_read(variables, check_complaint);
#define OPTION(field, variable, type, fallback, least, most, sentence)                                                 \
	fuzz_require(CHECK_##type(config.field, least, most));
#include "options.def"
#undef OPTION
}

static unsigned slashes(const char *text)
{
	unsigned count = 0;

	for (; *text; text++)
		count += *text == '/';
	return count;
}

static void check_name(const char *pattern, const char *program, const char *host, size_t limit)
{
	struct output_name name = {.pattern = pattern,
				   .directory = "/directory",
				   .program = program,
				   .host = host,
				   .pid = -1,
				   .sequence = UINT32_MAX,
				   .wall_ns = INT64_MAX};
	char *path = malloc(limit); /* its end is watched */
	int error = output_name_expand(&name, path, limit);

	fuzz_require(error == 0 || error == -ENAMETOOLONG);
	if (!error) {
		fuzz_require(strlen(path) < limit && path[0] == '/');
		fuzz_require(slashes(path) == slashes(pattern) + (pattern[0] == '/' ? 0 : 2));
	}
	free(path);
	(void)output_name_has_sequence(pattern);
}

/* Splits the input into terminated texts with the prefix before each; the last of them is NULL. */
static size_t split(const uint8_t *data, size_t size, char **out_variables)
{
	size_t count = 0;

	while (size > 0 && count < VARIABLES) {
		size_t bytes = strnlen((const char *)data, size);
		char *variable = malloc(sizeof(prefix) + bytes);

		memcpy(variable, prefix, sizeof(prefix) - 1);
		memcpy(variable + sizeof(prefix) - 1, data, bytes);
		variable[sizeof(prefix) - 1 + bytes] = '\0';
		out_variables[count++] = variable;
		data += bytes + (bytes < size);
		size -= bytes + (bytes < size);
	}
	out_variables[count] = NULL;
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *variables[VARIABLES + 1];
	size_t count = split(data, size, variables);
	const char *texts[3];

	check_config(variables);
	for (size_t i = 0; i < 3; i++)
		texts[i] = i < count ? variables[i] + sizeof(prefix) - 1 : "";
	check_name(texts[0], texts[1], texts[2], PATH_BYTES);
	check_name(texts[0], texts[1], texts[2], 1 + size % 100);
	for (size_t i = 0; i < count; i++) {
		fuzz_print_function(variables[i] + sizeof(prefix) - 1);
		free(variables[i]);
	}
	return 0;
}
