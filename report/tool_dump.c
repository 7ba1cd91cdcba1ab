/* SPDX-License-Identifier: MIT */
/* contend dump: the profiles of a process from its region, no signal sent, alive or dead. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "delta_base.h"
#include "path.h"
#include "tool_dump.h"
#include "tool_profiles.h"
#include "tool_words.h"

/* The command line. */
struct request {
	struct dump_order order;
	const char *region; /* a file; or */
	const char *process;
	pid_t pid; /* of it */
	bool dead, delta;
	double seconds; /* 0: not asked for */
};

static int help(void)
{
	puts("Usage: contend dump [OPTION...] PID\n"
	     "       contend dump [OPTION...] --dead\n"
	     "       contend dump [OPTION...] --region FILE\n\n"
	     "Writes the profiles of a profiled process, and prints the names of the files. No signal is sent. A process that\n"
	     "was killed has left its region behind: it is written complete up to the kill, and then removed; what ended it\n"
	     "is said on standard error, as far as it can be known.\n\n"
	     "  --dead          all processes that left a region; with it goes what their interrupted dumps left\n"
	     "  --region FILE   this region, wherever it lies\n"
	     "  --keep          do not remove the regions of dead processes\n\n"
	     "  --seconds N     only what ends within the next N seconds (0.5 is a number, too), or until the process ends or\n"
	     "                  Ctrl-C is pressed\n"
	     "  --delta         only what happened since the last `contend dump --delta` of this process; the first time, since it\n"
	     "                  started. Dumps without it, and --seconds, do not count. What is needed for that is kept beside\n"
	     "                  the regions until the process's region is gone\n"
	     "                  With either, a region stays even if its process is dead\n\n"
	     "  --profile KIND  only the profile of this kind: mutex, block, wake, hold, contention\n"
	     "  --no-lines      no files, lines and inlined functions, which are read from debug information and may take\n"
	     "                  seconds for large programs (`contend symbolize --help` tells where it is looked for)\n"
	     "  -o PATTERN      names of the files, as CONTEND_OUT (%e program, %p pid, %n number, %h host, %t time);\n"
	     "                  - is standard output, for one profile: --profile\n\n"
	     "Exit status: 0; 1: could not, one line says why; 2: the command line is wrong.");
	return TOOL_OK;
}

/* 0 if the text is no process id. */
static pid_t pid_of(const char *text)
{
	char *end;
	long pid = strtol(text, &end, 10);

	return *end == '\0' && pid > 0 && pid <= INT_MAX ? (pid_t)pid : 0;
}

static int dump_pid(pid_t pid, const struct dump_order *order)
{
	unsigned found;
	int status = tool_dump_regions(pid, order, &found);

	return found || status != TOOL_OK ? status : tool_fail_unprofiled(pid);
}

static int dump_dead(struct dump_order *order)
{
	unsigned found;

	order->dead_only = true;
	return tool_dump_regions(0, order, &found);
}

/* What lies in its directory may be exchanged while it is read, written and removed, but not the directory. */
static int dump_named(const char *path, const struct dump_order *order)
{
	struct region_place place = {.name = path_base(path), .path = path};
	char directory[PATH_MAX];
	int status;

	snprintf(directory, sizeof(directory), "%.*s.", (int)(place.name - path), path);
	place.directory = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (place.directory < 0)
		return tool_fail("%s: %s", path, strerrordesc_np(errno));
	status = tool_dump_region(&place, order);
	close((int)place.directory);
	return status;
}

static int find_look(const struct request *request, struct tool_look *out_look)
{
	int error = request->region ? tool_look_at_path(request->region, out_look)
				    : tool_look_at_process(request->pid, out_look);

	if (!error)
		return TOOL_OK;
	if (!request->region && error == -ESRCH)
		return tool_fail_unprofiled(request->pid);
	return tool_fail("%s: %s", request->region ? request->region : request->process, tool_error_words(error));
}

/* Of one region, which stays. */
static int dump_one(const struct request *request)
{
	struct tool_look look;
	int status = find_look(request, &look);

	if (status != TOOL_OK)
		return status;
	if (request->delta)
		status = tool_dump_delta(&look, &request->order);
	else if (request->seconds)
		status = tool_dump_seconds(&look, request->seconds, &request->order);
	else
		status = tool_dump_look(&look, &request->order);
	tool_look_free(&look);
	return status;
}

static int dump(struct request *request)
{
	bool is_for_stdout = tool_profiles_are_for_stdout(&request->order);

	if ((request->process != NULL) + request->dead + (request->region != NULL) != 1)
		return tool_misuse("dump", "one process id, --dead, or --region FILE is needed");
	if (request->process && !(request->pid = pid_of(request->process)))
		return tool_misuse("dump", "'%s' is no process id", request->process);
	if (request->delta && request->seconds)
		return tool_misuse("dump", "--delta and --seconds exclude each other");
	if (is_for_stdout && !request->order.wanted)
		return tool_misuse("dump", "standard output takes one profile: say which, with --profile");
	if (request->dead && (is_for_stdout || request->delta || request->seconds))
		return tool_misuse("dump", "--dead goes with neither --delta, --seconds nor standard output");
	if (request->delta && request->region)
		return tool_misuse("dump", "--delta needs a process id");
	if (request->dead)
		return dump_dead(&request->order);
	if (is_for_stdout || request->delta || request->seconds)
		return dump_one(request);
	return request->region ? dump_named(request->region, &request->order) : dump_pid(request->pid, &request->order);
}

static bool read_seconds(const char *text, double *out_seconds)
{
	static const double most = 1e7;
	char *end;

	*out_seconds = strtod(text, &end);
	return end != text && *end == '\0' && *out_seconds >= 0.001 && *out_seconds <= most;
}

static int choose_profile(const char *text, struct request *request)
{
	enum profile profile;
	int status = tool_words_read_profile("dump", text, &profile);

	if (status == TOOL_OK)
		request->order.wanted = 1u << profile;
	return status;
}

enum { OPTION_REGION = 256, OPTION_KEEP, OPTION_DEAD, OPTION_SECONDS, OPTION_DELTA, OPTION_PROFILE, OPTION_NO_LINES };

static int read_option(int option, const char *argument, struct request *request)
{
	switch (option) {
	case 'o':
		request->order.pattern = argument;
		return TOOL_OK;
	case OPTION_REGION:
		request->region = argument;
		return TOOL_OK;
	case OPTION_KEEP:
		request->order.keep = true;
		return TOOL_OK;
	case OPTION_DEAD:
		request->dead = true;
		return TOOL_OK;
	case OPTION_DELTA:
		request->delta = true;
		return TOOL_OK;
	case OPTION_NO_LINES:
		request->order.without_lines = true;
		return TOOL_OK;
	case OPTION_SECONDS:
		return read_seconds(argument, &request->seconds)
			       ? TOOL_OK
			       : tool_misuse("dump", "'%s' is no number of seconds", argument);
	case OPTION_PROFILE:
		return choose_profile(argument, request);
	default:
		return tool_misuse_option("dump");
	}
}

int tool_dump(int argc, char **argv)
{
	static const struct option options[] = {{"region", required_argument, NULL, OPTION_REGION},
						{"keep", no_argument, NULL, OPTION_KEEP},
						{"dead", no_argument, NULL, OPTION_DEAD},
						{"seconds", required_argument, NULL, OPTION_SECONDS},
						{"delta", no_argument, NULL, OPTION_DELTA},
						{"profile", required_argument, NULL, OPTION_PROFILE},
						{"no-lines", no_argument, NULL, OPTION_NO_LINES},
						{"help", no_argument, NULL, 'h'},
						{0}};
	struct request request = {.order = {.out = stdout}};
	int option, status;

	tool_read_config();
	request.order.pattern = config.out;
	while ((option = getopt_long(argc, argv, "o:h", options, NULL)) != -1) {
		if (option == 'h')
			return help();
		status = read_option(option, optarg, &request);
		if (status != TOOL_OK)
			return status;
	}
	if (argc - optind > 1)
		return tool_misuse("dump", "one process id, --dead, or --region FILE is needed");
	request.process = argv[optind];
	status = dump(&request);
	delta_base_tidy(config.region_dir);
	return status;
}
