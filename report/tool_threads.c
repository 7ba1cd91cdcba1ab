/* SPDX-License-Identifier: MIT */
/* contend threads: what every thread of a process does, who holds it up, and deadlocks. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "thread_list.h"
#include "tool.h"
#include "tool_lines.h"
#include "tool_processes.h"
#include "tool_progress.h"
#include "tool_wait.h"

struct threads_order {
	const char *target;
	bool is_file; /* a region's, not a process number */
	bool as_json, without_stacks, without_lines, with_times;
	double seconds; /* between two looks; 0: one look, times since the threads began */
	unsigned long looks;
};

static int print_help(void)
{
	puts("Usage: contend threads [OPTION...] PID\n"
	     "       contend threads [OPTION...] --region FILE\n"
	     "\n"
	     "Shows every thread of a profiled process: whether it runs or what it waits for, since when, for which\n"
	     "lock, who holds that, and its stack. Deadlocks are found and explained first. Nothing is stopped or\n"
	     "signalled; a process that hangs is shown as well as any other, and one that was killed as it was then.\n"
	     "\n"
	     "  --no-stacks      the table only\n"
	     "  --no-lines       no files, lines and inlined functions, which are read from debug information and take a\n"
	     "                   second for large programs (`contend symbolize --help` tells where it is looked for)\n"
	     "  --wall           instead: how long each thread was on a CPU and blocked, by kind of wait\n"
	     "  --seconds N      with --wall: in the next N seconds, not since the threads began\n"
	     "  --looks N        looks up to N times, until there is a deadlock; shows the last look\n"
	     "  --json           everything, as one line of JSON\n"
	     "  --region FILE    the region of a process, by its file\n"
	     "\n"
	     "Who holds a lock, its name and most stacks are read from the process's memory: this needs the right to\n"
	     "trace it (its user, kernel.yama.ptrace_scope=0; or root). Without, what the process recorded is shown.\n"
	     "\n"
	     "Exit status: 0; 1: no such process, or it is not profiled; 2: the command line is wrong; 3: a deadlock.");
	return TOOL_OK;
}

enum { STATUS_DEADLOCK = 3, LINES_MS = 10000 /* whoever looks at a process that hangs wants to see it */ };

static int print_list(const struct thread_list *list, const struct threads_order *order)
{
	if (order->as_json)
		thread_list_write_json(list, stdout);
	else if (order->with_times)
		thread_list_write_times(list, stdout);
	else
		thread_list_write(list, !order->without_stacks, stdout);
	return list->deadlock_count ? STATUS_DEADLOCK : TOOL_OK;
}

/* Looks for the time that was asked for: the later list has what happened between. */
static int take_interval(const struct tool_look *look, const struct threads_order *order,
			 const struct thread_list_order *what, struct thread_list **out_list)
{
	struct thread_list *earlier = NULL;
	int error = 0;

	if (order->seconds > 0) {
		error = thread_list_take(look, &(struct thread_list_order){0}, &earlier);
		if (!error)
			tool_wait(look, order->seconds);
	}
	if (!error)
		error = thread_list_take(look, what, out_list);
	if (!error && earlier)
		thread_list_subtract(*out_list, earlier);
	thread_list_free(earlier);
	return error;
}

/* Is there a deadlock? Names do not matter for that. */
static int has_deadlock(const struct tool_look *look, bool *out_has)
{
	struct thread_list *list;
	int error = thread_list_take(look, &(struct thread_list_order){0}, &list);

	if (error)
		return error;
	*out_has = list->deadlock_count != 0;
	thread_list_free(list);
	return 0;
}

/* Looks up to so many times, without showing what is seen. */
static int await_deadlock(const struct tool_look *look, unsigned long looks)
{
	struct tool_progress progress;
	bool is_found = false;
	int error = 0;

	tool_progress_begin(&progress);
	for (unsigned long i = 0; i < looks && !is_found && !error; i++) {
		tool_progress_say(&progress, "%lu of %lu looks at %s: no deadlock", i, looks, look->label);
		error = has_deadlock(look, &is_found);
	}
	tool_progress_end(&progress);
	return error;
}

static int look_and_print(const struct tool_look *look, const struct threads_order *order)
{
	struct thread_list_order what = {.has_names = !order->with_times || order->as_json,
					 .lines = order->without_lines ? NULL : tool_lines_new(LINES_MS)};
	struct thread_list *list;
	int error, status;

	if (order->seconds > 0 && look->ending.life == ENDING_DEAD)
		return tool_fail("%s is dead, and does nothing any more; without --seconds, what it did is shown",
				 look->label);
	error = await_deadlock(look, order->looks - 1);
	if (!error)
		error = take_interval(look, order, &what, &list);
	source_lines_free(what.lines);
	if (error == -ESRCH)
		return tool_fail("%s: it has ended meanwhile", order->target);
	if (error)
		return tool_fail("%s: %s", order->target, tool_error_words(error));
	status = print_list(list, order);
	thread_list_free(list);
	return status;
}

static int find_look(const struct threads_order *order, struct tool_look *out_look)
{
	int error;

	if (!order->is_file)
		return tool_process_look("threads", order->target, out_look);
	error = tool_look_at_path(order->target, out_look);
	return error ? tool_fail("%s: %s", order->target, tool_error_words(error)) : TOOL_OK;
}

static bool parse_positive(const char *text, double *out_number)
{
	char *end;

	*out_number = strtod(text, &end);
	return end != text && !*end && *out_number > 0 && *out_number < 1e9;
}

static int parse(int argc, char **argv, struct threads_order *order)
{
	static const struct option options[] = {
		{"json", no_argument, NULL, 'j'},          {"wall", no_argument, NULL, 'w'},
		{"seconds", required_argument, NULL, 's'}, {"looks", required_argument, NULL, 'l'},
		{"region", required_argument, NULL, 'r'},  {"stacks", no_argument, NULL, 'S'},
		{"no-stacks", no_argument, NULL, 'n'},     {"no-lines", no_argument, NULL, 'N'},
		{"help", no_argument, NULL, 'h'},          {0},
	};
	double number;
	int option;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (option) {
		case 'j':
			order->as_json = true;
			break;
		case 'w':
			order->with_times = true;
			break;
		case 's':
		case 'l':
			if (!parse_positive(optarg, &number))
				return tool_misuse("threads", "'%s' is no positive number", optarg);
			if (option == 's')
				order->seconds = number;
			else
				order->looks = number < 1 ? 1 : (unsigned long)number;
			break;
		case 'r':
			order->target = optarg;
			order->is_file = true;
			break;
		case 'S':
		case 'n':
			order->without_stacks = option == 'n';
			break;
		case 'N':
			order->without_lines = true;
			break;
		case 'h':
			exit(print_help());
		default:
			return tool_misuse_option("threads");
		}
	}
	if (!order->is_file && optind < argc)
		order->target = argv[optind++];
	if (!order->target || optind != argc)
		return tool_misuse("threads", order->target ? "one process at a time" : "of which process?");
	if (order->seconds > 0 && !order->with_times && !order->as_json)
		return tool_misuse("threads", "--seconds goes with --wall or --json");
	return TOOL_OK;
}

int tool_threads(int argc, char **argv)
{
	struct threads_order order = {.looks = 1};
	struct tool_look look;
	int status = parse(argc, argv, &order);

	if (status == TOOL_OK && tool_read_config())
		status = TOOL_FAILED;
	if (status == TOOL_OK)
		status = find_look(&order, &look);
	if (status != TOOL_OK)
		return status;
	status = look_and_print(&look, &order);
	tool_look_free(&look);
	return status;
}
