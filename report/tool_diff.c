/* SPDX-License-Identifier: MIT */
/* contend diff: what grew and what shrank between two profiles. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"
#include "tool_diff.h"
#include "tool_input.h"
#include "tool_words.h"

enum { CHANGES_SHOWN = 10 };

struct diff_command {
	struct diff_order order;
	bool as_json;
	bool no_idle;
};

double tool_diff_change(const struct diff *diff, const stack_values values[STACK_TREE_SIDES], enum stack_weight weight)
{
	return (double)values[DIFF_NEW][weight] * diff->scale[DIFF_NEW] -
	       (double)values[DIFF_OLD][weight] * diff->scale[DIFF_OLD];
}

/* By how much they changed, growth first. */
static int compare_samples(const void *left, const void *right, void *argument)
{
	const struct diff *diff = argument;
	const struct stack_sample *a = left, *b = right;
	double a_change = tool_diff_change(diff, a->values, diff->weight);
	double b_change = tool_diff_change(diff, b->values, diff->weight);

	return (b_change > a_change) - (b_change < a_change);
}

static int find_scale(const struct diff_side *side, double *out_scale)
{
	int64_t duration_ns = side->profile->message->duration_nanos;

	if (duration_ns <= 0)
		return tool_fail("%s: it does not tell how long it was recorded; compare it without --per-second",
				 side->name);
	*out_scale = 1e9 / (double)duration_ns;
	return TOOL_OK;
}

static int find_scales(const struct diff_command *command, struct diff *diff)
{
	int status = TOOL_OK;

	for (int side = 0; side < STACK_TREE_SIDES && status == TOOL_OK; side++) {
		diff->scale[side] = 1;
		if (command->order.per_second)
			status = find_scale(&diff->sides[side], &diff->scale[side]);
	}
	return status;
}

static int grow_tree(const struct diff_command *command, struct diff *diff)
{
	struct stack_tree *tree = &diff->tree;
	int error = 0;

	for (int side = 0; side < STACK_TREE_SIDES && !error; side++)
		error = stack_tree_add(tree, diff->sides[side].profile->message, side);
	if (error)
		return tool_fail("%s: %s", diff->sides[DIFF_NEW].name, tool_error_words(error));
	if (command->no_idle)
		stack_tree_drop_idle(tree);
	diff->weight = command->order.weight;
	if (tree->sample_count)
		qsort_r(tree->samples, tree->sample_count, sizeof(*tree->samples), compare_samples, diff);
	return TOOL_OK;
}

static int compare(const struct diff_command *command, const struct diff_side *old, const struct diff_side *new,
		   unsigned number)
{
	struct diff diff = {.sides = {[DIFF_OLD] = *old, [DIFF_NEW] = *new}};
	int status = find_scales(command, &diff);

	if (status == TOOL_OK)
		status = grow_tree(command, &diff);
	if (status == TOOL_OK && command->as_json)
		tool_diff_print_json(&diff, number, stdout);
	else if (status == TOOL_OK)
		tool_diff_print_text(&diff, &command->order, number, stdout);
	stack_tree_free(&diff.tree);
	return status;
}

/* The other input's profile of the same name; where a file does not tell what it is, that one. */
static const struct tool_profile *find_partner(const struct tool_profile *profile, const struct tool_input *other)
{
	for (size_t i = 0; i < other->count; i++)
		if (other->profiles[i].which == profile->which || other->profiles[i].which == TOOL_INPUT_UNKNOWN ||
		    profile->which == TOOL_INPUT_UNKNOWN)
			return &other->profiles[i];
	return NULL;
}

static int compare_inputs(const struct diff_command *command, const struct tool_input *old,
			  const struct tool_input *new)
{
	unsigned compared = 0;
	int status = TOOL_OK;

	for (size_t i = 0; i < new->count &&status == TOOL_OK; i++) {
		const struct tool_profile *partner = find_partner(&new->profiles[i], old);
		struct diff_side new_side = {.name = new->name, .profile = &new->profiles[i]};
		struct diff_side old_side = {.name = old->name, .profile = partner};

		if (partner)
			status = compare(command, &old_side, &new_side, compared++);
	}
	if (status == TOOL_OK && compared == 0)
		return tool_fail("%s is a %s profile, %s is none: they cannot be compared", old->name,
				 old->profiles[0].kind, new->name);
	return status;
}

static int diff(const struct diff_command *command, const char *old_name, const char *new_name)
{
	/* Inlined functions on one side only would part stacks that are the same. */
	struct tool_input_order order = {.wanted = TOOL_INPUT_ALL, .lines = true};
	struct tool_input old, new;
	int status;

	if (tool_input_read(old_name, &order, &old) != TOOL_OK)
		return TOOL_FAILED;
	status = tool_input_read(new_name, &order, &new);
	if (status == TOOL_OK) {
		status = compare_inputs(command, &old, &new);
		fputs(command->as_json && status == TOOL_OK ? "]\n" : "", stdout);
		tool_input_free(&new);
	}
	tool_input_free(&old);
	if (fflush(stdout) || ferror(stdout))
		return tool_fail("standard output: %s", strerrordesc_np(errno));
	return status;
}

static int help(void)
{
	puts("Usage: contend diff [OPTION...] OLD NEW\n\n"
	     "What grew and what shrank between two profiles: files, or processes and regions by what they have recorded so far.\n"
	     "Stacks meet by the names of their functions, so that different runs and versions of a program can be compared.\n"
	     "Of processes, each profile is compared with the other's of the same name.\n\n"
	     "  --per-second   everything per second of recording: for profiles that took differently long\n"
	     "  --weight WHAT  delay (the default) or contentions, of holds the same as held and acquisitions: what the order goes by\n"
	     "  --no-idle      without waits of threads that have nothing to do\n"
	     "  -n COUNT       that many stacks of each (10)\n"
	     "  --json         every stack, with both values, for programs\n\n"
	     "Exit status: 0, whether they differ or not; 1 if they cannot be compared; 2 if the command line is wrong.");
	return TOOL_OK;
}

enum { OPTION_PER_SECOND = 256, OPTION_WEIGHT, OPTION_NO_IDLE, OPTION_JSON };

static int take_option(int option, struct diff_command *command)
{
	switch (option) {
	case 'n':
		return tool_words_read_count("diff", "stacks", optarg, &command->order.most);
	case OPTION_WEIGHT:
		return tool_words_read_weight("diff", optarg, &command->order.weight);
	case OPTION_PER_SECOND:
		command->order.per_second = true;
		return TOOL_OK;
	case OPTION_NO_IDLE:
		command->no_idle = true;
		return TOOL_OK;
	case OPTION_JSON:
		command->as_json = true;
		return TOOL_OK;
	default:
		return tool_misuse_option("diff");
	}
}

int tool_diff(int argc, char **argv)
{
	static const struct option options[] = {{"help", no_argument, NULL, 'h'},
						{"per-second", no_argument, NULL, OPTION_PER_SECOND},
						{"weight", required_argument, NULL, OPTION_WEIGHT},
						{"no-idle", no_argument, NULL, OPTION_NO_IDLE},
						{"json", no_argument, NULL, OPTION_JSON},
						{0}};
	struct diff_command command = {.order = {.most = CHANGES_SHOWN, .weight = STACK_WEIGHT_DELAY_NS}};
	int option;

	while ((option = getopt_long(argc, argv, "n:h", options, NULL)) != -1) {
		if (option == 'h')
			return help();
		if (take_option(option, &command) != TOOL_OK)
			return TOOL_USAGE;
	}
	if (argc - optind != 2)
		return tool_misuse("diff", "two profiles are compared, not %d", argc - optind);
	return diff(&command, argv[optind], argv[optind + 1]);
}
