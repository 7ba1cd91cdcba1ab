/* SPDX-License-Identifier: MIT */
/* contend run: what it says of the profiles that there are afterwards. */
#include "tool.h"
#include "tool_show.h"

/* The first profile of a file. */
struct one {
	struct tool_input input;
	struct shown shown;
};

static int read_one(const char *path, struct one *out_one)
{
	static const struct tool_input_order order;
	int error, status;

	*out_one = (struct one){0};
	status = tool_input_read(path, &order, &out_one->input);
	if (status != TOOL_OK)
		return status;
	out_one->shown = (struct shown){.name = out_one->input.name, .profile = &out_one->input.profiles[0]};
	error = stack_tree_add(&out_one->shown.tree, out_one->shown.profile->message, 0);
	return error ? tool_fail("%s: %s", path, tool_error_words(error)) : TOOL_OK;
}

static void free_one(struct one *one)
{
	stack_tree_free(&one->shown.tree);
	tool_input_free(&one->input);
}

static bool has_busy(const struct stack_tree *tree)
{
	for (size_t i = 0; i < tree->sample_count; i++)
		if (!stack_tree_is_idle(tree->samples[i].kind))
			return true;
	return false;
}

static void say_worst(struct shown *shown, unsigned most)
{
	struct show_order order = {.most = most, .weight = STACK_WEIGHT_DELAY_NS};

	if (has_busy(&shown->tree)) {
		fputs("contend: the worst waits:\n", stderr);
		tool_show_worst(shown, false, &order, stderr);
	} else if (shown->tree.sample_count)
		fprintf(stderr, "contend: nobody waited but threads with nothing to do: contend show %s\n",
			shown->name);
	else
		fputs("contend: no wait was recorded\n", stderr);
}

void tool_run_say_worst(const char *block_path, unsigned most)
{
	struct one one;

	if (read_one(block_path, &one) == TOOL_OK)
		say_worst(&one.shown, most);
	free_one(&one);
}

void tool_run_say_holders(const char *mutex_path)
{
	struct one one;

	if (read_one(mutex_path, &one) == TOOL_OK && one.shown.tree.sample_count)
		fprintf(stderr, "contend: who made them wait: go tool pprof -top %s\n", mutex_path);
	free_one(&one);
}
