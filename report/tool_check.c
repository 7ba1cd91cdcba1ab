/* SPDX-License-Identifier: MIT */
/* contend check: is a region what the library makes of one? */
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "ending.h"
#include "region_check.h"
#include "region_file.h"
#include "region_search.h"
#include "snapshot_names.h"
#include "tool.h"

/* More of them say nothing new. */
enum { FAULTS_SHOWN = 50 };

struct checking {
	const char *path; /* of the region that is checked now */
	unsigned shown;
	bool at_rest;
	int status;
};

static void show_fault(const char *line, void *argument)
{
	struct checking *checking = argument;

	if (checking->shown++ < FAULTS_SHOWN)
		tool_fail("%s: %s", checking->path, line);
}

static const char *state_words(enum region_check_state state)
{
	static const char *const words[] = {
		[REGION_CHECK_LIVE] = "in use", [REGION_CHECK_STILL] = "left behind", [REGION_CHECK_REST] = "at rest"};

	return words[state];
}

static void show_summary(const char *path, const struct region_file *file, enum region_check_state state,
			 const struct region_check_summary *summary)
{
	printf("%s: consistent, %s: %u threads, %u waits, ", path, state_words(state), summary->threads,
	       summary->waits);
	if (summary->is_emptied)
		printf("samples given back, ");
	else
		printf("%u samples of %u stacks, ", summary->samples, summary->stacks);
	printf("%u modules, %u frame rules, ", summary->modules, summary->frame_rules);
	for (int profile = 0; profile < PROFILE_COUNT; profile++)
		if (file->region->header.profiles >> profile & 1)
			printf("%s %llu events, ", snapshot_profile_name(profile),
			       (unsigned long long)summary->events[profile]);
	printf("%llu lost\n", (unsigned long long)summary->losses);
}

/* What was copied while its owner lived is copied once more when the owner is dead: nobody has written in between. */
static int read_settled(const struct region_place *place, struct region_file *out_file,
			enum region_check_state *out_state)
{
	struct ending ending;
	int error = region_file_read_at(place->directory, place->name, out_file);

	if (error)
		return error;
	ending_find(place, out_file, &ending);
	*out_state = ending.life == ENDING_DEAD ? REGION_CHECK_STILL : REGION_CHECK_LIVE;
	if (ending.life != ENDING_DEAD)
		return 0;
	region_file_free(out_file);
	return region_file_read_at(place->directory, place->name, out_file);
}

static void check_refused(const char *path, int error, void *argument)
{
	struct checking *checking = argument;

	checking->status = tool_fail("%s: %s", path, tool_error_words(error));
}

static void check_found(const struct region_place *place, void *argument)
{
	struct checking *checking = argument;
	struct region_check_summary summary;
	enum region_check_state state;
	struct region_file file;
	unsigned faults;
	int error = read_settled(place, &file, &state);

	if (error) {
		check_refused(place->path, error, checking);
		return;
	}
	checking->path = place->path;
	checking->shown = 0;
	if (checking->at_rest)
		state = REGION_CHECK_REST;
	faults = region_check(file.region, file.bytes, state, show_fault, checking, &summary);
	if (faults > FAULTS_SHOWN)
		tool_fail("%s: and %u more", place->path, faults - FAULTS_SHOWN);
	if (faults)
		checking->status = TOOL_FAILED;
	else
		show_summary(place->path, &file, state, &summary);
	region_file_free(&file);
}

static int help(void)
{
	puts("Usage: contend check [--at-rest] PID | REGION-FILE...\n\n"
	     "Checks that the region of a profiled process is consistent: that all its tables lie where they must, that all they\n"
	     "refer to is there, that threads and locks agree about who waits. Prints one line about what is in it; or one line for\n"
	     "each thing that is wrong, and then the exit status is 1. The region is not changed, and no signal is sent.\n\n"
	     "What must hold depends on the process. While it runs its region is a moving target, and only what never changes is\n"
	     "compared. When it is gone (killed), all is, but what a thread had just begun need not be finished.\n\n"
	     "  --at-rest    nothing is half done either: whoever stopped the process knows that no thread of it was recording\n"
	     "               (all had ended, or were waiting)");
	return TOOL_OK;
}

static void check_file(const char *path, struct checking *checking)
{
	struct region_place place = {.directory = AT_FDCWD, .name = path, .path = path};

	check_found(&place, checking);
}

static bool is_number(const char *text)
{
	return text[0] && text[strspn(text, "0123456789")] == '\0';
}

static void check_process(const char *text, struct checking *checking)
{
	struct region_visitor visitor = {.found = check_found, .refused = check_refused, .argument = checking};
	struct region_query query = {.region_dir = config.region_dir};
	long pid = strtol(text, NULL, 10);

	query.pid = (pid_t)pid;
	if (pid <= 0 || pid > INT_MAX)
		checking->status = tool_misuse("check", "'%s' is no process id", text);
	else if (region_search(&query, &visitor) == 0 && checking->status == TOOL_OK)
		checking->status = tool_fail_unprofiled((pid_t)pid);
}

int tool_check(int argc, char **argv)
{
	static const struct option options[] = {
		{"at-rest", no_argument, NULL, 'r'}, {"help", no_argument, NULL, 'h'}, {0}};
	struct checking checking = {.status = TOOL_OK};
	int option;

	tool_read_config();
	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (option == 'h')
			return help();
		if (option != 'r')
			return tool_misuse_option("check");
		checking.at_rest = true;
	}
	if (optind == argc)
		return tool_misuse("check", "a process id or a region's file is needed");
	for (; optind < argc && checking.status != TOOL_USAGE; optind++) {
		if (is_number(argv[optind]))
			check_process(argv[optind], &checking);
		else
			check_file(argv[optind], &checking);
	}
	return checking.status;
}
