/* SPDX-License-Identifier: MIT */
/* contend symbolize: lines and inlined functions for a profile that was written without. */
#include <getopt.h>
#include <limits.h>
#include <string.h>

#include "symbolize.h"
#include "tool.h"
#include "tool_input.h"
#include "tool_lines.h"
#include "tool_output.h"

static const char packed_suffix[] = ".pb.gz";
static const char lines_suffix[] = ".lines.pb.gz";

/* x.pb.gz becomes x.lines.pb.gz, beside it. */
static bool name_output(const char *path, char *out_path, size_t bytes)
{
	size_t length = strlen(path), suffix = strlen(packed_suffix);

	if (length > suffix && strcmp(path + length - suffix, packed_suffix) == 0)
		length -= suffix;
	return snprintf(out_path, bytes, "%.*s%s", (int)length, path, lines_suffix) < (int)bytes;
}

static void say_result(const char *name, const struct symbolize_result *result)
{
	fprintf(stderr, "contend: %s: %zu of %zu locations have lines", name, result->had_lines + result->got_lines,
		result->locations);
	if (result->had_lines)
		fprintf(stderr, ", %zu of them had before", result->had_lines);
	if (result->failed_objects)
		fprintf(stderr, "; the debug information of %zu objects is damaged or takes too long",
			result->failed_objects);
	fputc('\n', stderr);
	if (result->had_lines + result->got_lines == 0 && result->locations)
		fputs("contend: no debug information was found: build with -g, install the -dbgsym packages, or set "
		      "DEBUGINFOD_URLS\n",
		      stderr);
}

static int symbolize(const struct tool_input *input, const char *output)
{
	struct symbolize_result result;
	struct arena arena = {0};
	Perftools__Profiles__Profile *message = input->profiles[0].message;
	int error = tool_lines_add(&message, 1, NULL, &arena, &result);
	int status =
		error ? tool_fail("%s: %s", input->name, tool_error_words(error)) : tool_output_write(message, output);

	if (status == TOOL_OK)
		say_result(input->name, &result);
	arena_free(&arena);
	return status;
}

static int help(void)
{
	puts("Usage: contend symbolize [-o OUT] FILE\n\n"
	     "Adds file names, line numbers and inlined functions to a profile (- reads standard input), from the debug information\n"
	     "of the program and its libraries, and says for how many code locations it could. `contend dump` does so by itself;\n"
	     "profiles that a program writes, on a signal or when it ends, have names only.\n\n"
	     "Looked for, and used only where the build id is the same: the objects where they were; separate debug files, by\n"
	     "build id in /usr/lib/debug and by .gnu_debuglink; .dwo files; debuginfod, where DEBUGINFOD_URLS is set\n"
	     "(DEBUGINFOD_MAXTIME, 60 seconds if it is not set, limits each download).\n\n"
	     "  -o OUT    the new file, which must not exist; - is standard output. By default x.lines.pb.gz beside x.pb.gz\n\n"
	     "Exit status: 0; 1: could not read or write, one line says why; 2: the command line is wrong. That there is no debug\n"
	     "information is no failure: the copy has what the profile had.");
	return TOOL_OK;
}

static int symbolize_file(const char *path, const char *output)
{
	struct tool_input_order order = {.wanted = TOOL_INPUT_ALL};
	char beside[PATH_MAX];
	struct tool_input input;
	int status;

	if (!output && (strcmp(path, "-") == 0 || !name_output(path, beside, sizeof(beside))))
		return tool_misuse("symbolize", "say with -o where to write");
	if (tool_input_read(path, &order, &input) != TOOL_OK)
		return TOOL_FAILED;
	if (input.pid)
		status = tool_fail("%s is no profile; `contend dump` writes its profiles, with lines", input.name);
	else
		status = symbolize(&input, output ? output : beside);
	tool_input_free(&input);
	return status;
}

int tool_symbolize(int argc, char **argv)
{
	static const struct option options[] = {{"help", no_argument, NULL, 'h'}, {0}};
	const char *output = NULL;
	int option;

	while ((option = getopt_long(argc, argv, "o:h", options, NULL)) != -1) {
		if (option == 'h')
			return help();
		if (option != 'o')
			return tool_misuse_option("symbolize");
		output = optarg;
	}
	if (argc - optind != 1)
		return tool_misuse("symbolize", "one profile is needed");
	return symbolize_file(argv[optind], output);
}
