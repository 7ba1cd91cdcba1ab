/* SPDX-License-Identifier: MIT */
/* contend show: reads profiles and has them written in the form that is asked for. */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "snapshot_names.h"
#include "tool.h"
#include "tool_show.h"
#include "tool_words.h"

enum { WORST_SHOWN = 10 };

/* The command line. */
struct show_command {
	struct show_order order;
	struct tool_input_order input; /* nothing wanted: all */
	show_form form;                /* NULL: none was asked for */
	bool no_idle;
};

/* What was read. */
struct reading {
	struct tool_input *inputs;
	struct shown *shown;
	size_t input_count, shown_count;
};

/* A page has a switch for kinds anyway, and for one label more. */
static const char *tree_label(const struct show_command *command)
{
	const char *label = command->order.label;

	return command->form == tool_show_html && (!label || strcmp(label, "kind") == 0) ? "fd" : label;
}

static int plant_tree(const struct show_command *command, struct shown *shown)
{
	int error;

	shown->tree.label = tree_label(command);
	shown->tree.is_grouped = command->order.label && command->form != tool_show_html;
	error = stack_tree_add(&shown->tree, shown->profile->message, 0);
	if (error) {
		stack_tree_free(&shown->tree);
		return tool_fail("%s: %s", shown->name, tool_error_words(error));
	}
	if (command->no_idle)
		stack_tree_drop_idle(&shown->tree);
	return TOOL_OK;
}

static int read_one(const char *name, const struct show_command *command, struct reading *reading)
{
	struct tool_input *input = &reading->inputs[reading->input_count];
	int status = tool_input_read(name, &command->input, input);

	if (status != TOOL_OK)
		return status;
	reading->input_count++;
	for (size_t i = 0; i < input->count && status == TOOL_OK; i++) {
		struct shown shown = {.name = input->name, .profile = &input->profiles[i]};

		status = plant_tree(command, &shown);
		if (status == TOOL_OK)
			reading->shown[reading->shown_count++] = shown;
	}
	return status;
}

/* All that can be read is; TOOL_FAILED if something cannot. */
static int read_all(char **names, size_t count, const struct show_command *command, struct reading *out_reading)
{
	int status = TOOL_OK;

	out_reading->inputs = calloc(count, sizeof(*out_reading->inputs));
	out_reading->shown = calloc(count * PROFILE_COUNT, sizeof(*out_reading->shown));
	if (!out_reading->inputs || !out_reading->shown)
		return tool_fail("%s", strerrordesc_np(ENOMEM));
	for (size_t i = 0; i < count; i++)
		if (read_one(names[i], command, out_reading) != TOOL_OK)
			status = TOOL_FAILED;
	return status;
}

static void free_all(struct reading *reading)
{
	for (size_t i = 0; i < reading->shown_count; i++)
		stack_tree_free(&reading->shown[i].tree);
	for (size_t i = 0; i < reading->input_count; i++)
		tool_input_free(&reading->inputs[i]);
	free(reading->shown);
	free(reading->inputs);
}

static int show(char **names, size_t count, const struct show_command *command)
{
	struct reading reading = {0};
	int status = read_all(names, count, command, &reading);
	int error = 0;

	if (command->order.label)
		tool_show_say_missing(reading.shown, reading.shown_count, command->order.label);
	if (reading.shown_count)
		error = command->form(reading.shown, reading.shown_count, &command->order, stdout);
	free_all(&reading);
	if (error)
		return tool_fail("%s", tool_error_words(error));
	if (fflush(stdout) || ferror(stdout))
		return tool_fail("standard output: %s", strerrordesc_np(errno));
	return status;
}

static int help(void)
{
	puts("Usage: contend show [OPTION...] FILE|PID|REGION...\n\n"
	     "Shows profiles: of files (- is standard input), or what a profiled process, alive or dead, has recorded so far.\n"
	     "As text: their comments, totals by kind of wait, and the worst stacks, from the call outwards. Waits of threads\n"
	     "that have nothing to do (event loops, accept, sleep, condition variables) stand apart.\n\n"
	     "  --html             a page with flame graphs, one beside the other: zoom, search, switches; needs no network\n"
	     "  --svg              the same as a picture, which zooms and searches in a browser\n"
	     "  --folded           a line for each stack, for flamegraph.pl and speedscope\n"
	     "  --json             everything, for programs\n\n"
	     "  -n COUNT           that many stacks in the text (10)\n"
	     "  --weight WHAT      delay (the default) or contentions, of holds the same as held and acquisitions: what sorts the\n"
	     "                     text, and is counted in the others\n"
	     "  --by LABEL         kind, fd, lock, wait, held or one of the program's (endpoint, waiter.endpoint): stacks\n"
	     "                     with different values of it stand apart, below a frame of that name\n"
	     "  --no-idle          without waits of threads that have nothing to do\n"
	     "  --lines            with inlined functions and files of sources, where there is debug information; takes longer\n"
	     "  --profile NAME     mutex, block, wake, hold, contention: only that one, of a process; may be given again\n\n"
	     "  contend show --html 4711 > locks.html\n"
	     "  contend show --by kind --no-idle --folded 4711 | flamegraph.pl --countname ns > locks.svg\n\n"
	     "Exit status: 0; 1 if something could not be read or written; 2 if the command line is wrong.");
	return TOOL_OK;
}

enum {
	OPTION_FOLDED = 256,
	OPTION_JSON,
	OPTION_HTML,
	OPTION_SVG,
	OPTION_WEIGHT,
	OPTION_BY,
	OPTION_NO_IDLE,
	OPTION_PROFILE,
	OPTION_LINES
};

static int choose_form(int option, struct show_command *command)
{
	static const show_form forms[] = {
		[OPTION_FOLDED - OPTION_FOLDED] = tool_show_folded,
		[OPTION_JSON - OPTION_FOLDED] = tool_show_json,
		[OPTION_HTML - OPTION_FOLDED] = tool_show_html,
		[OPTION_SVG - OPTION_FOLDED] = tool_show_svg,
	};

	if (command->form && command->form != forms[option - OPTION_FOLDED])
		return tool_misuse("show", "two forms are asked for; it can write one");
	command->form = forms[option - OPTION_FOLDED];
	return TOOL_OK;
}

static int choose_profile(struct show_command *command)
{
	enum profile profile;
	int status = tool_words_read_profile("show", optarg, &profile);

	if (status == TOOL_OK)
		command->input.wanted |= 1u << profile;
	return status;
}

static int take_option(int option, struct show_command *command)
{
	switch (option) {
	case 'n':
		return tool_words_read_count("show", "stacks", optarg, &command->order.most);
	case OPTION_FOLDED:
	case OPTION_JSON:
	case OPTION_HTML:
	case OPTION_SVG:
		return choose_form(option, command);
	case OPTION_WEIGHT:
		return tool_words_read_weight("show", optarg, &command->order.weight);
	case OPTION_BY:
		command->order.label = optarg;
		return optarg[0] ? TOOL_OK : tool_misuse("show", "--by: a label is needed, as in --by lock");
	case OPTION_PROFILE:
		return choose_profile(command);
	case OPTION_LINES:
		command->input.lines = true;
		return TOOL_OK;
	case OPTION_NO_IDLE:
		command->no_idle = true;
		return TOOL_OK;
	default:
		return tool_misuse_option("show");
	}
}

int tool_show(int argc, char **argv)
{
	static const struct option options[] = {{"help", no_argument, NULL, 'h'},
						{"folded", no_argument, NULL, OPTION_FOLDED},
						{"json", no_argument, NULL, OPTION_JSON},
						{"html", no_argument, NULL, OPTION_HTML},
						{"svg", no_argument, NULL, OPTION_SVG},
						{"weight", required_argument, NULL, OPTION_WEIGHT},
						{"by", required_argument, NULL, OPTION_BY},
						{"lines", no_argument, NULL, OPTION_LINES},
						{"no-idle", no_argument, NULL, OPTION_NO_IDLE},
						{"profile", required_argument, NULL, OPTION_PROFILE},
						{0}};
	struct show_command command = {.order = {.most = WORST_SHOWN, .weight = STACK_WEIGHT_DELAY_NS}};
	int option;

	while ((option = getopt_long(argc, argv, "n:h", options, NULL)) != -1) {
		if (option == 'h')
			return help();
		if (take_option(option, &command) != TOOL_OK)
			return TOOL_USAGE;
	}
	if (optind == argc)
		return tool_misuse("show", "no profile named");
	if (!command.form)
		command.form = tool_show_text;
	if ((command.form == tool_show_html || command.form == tool_show_svg) && isatty(STDOUT_FILENO))
		return tool_misuse("show", "this would fill the terminal: `contend show --html %s > locks.html`",
				   argv[optind]);
	if (!command.input.wanted)
		command.input.wanted = TOOL_INPUT_ALL;
	return show(argv + optind, argc - optind, &command);
}
