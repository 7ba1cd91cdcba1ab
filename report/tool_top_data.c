/* SPDX-License-Identifier: MIT */
/* The looks of `contend top`: the newest one and the one before. */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "tool_lines.h"
#include "tool_top.h"

enum { IN_VIEWS = 1 << PROFILE_MUTEX | 1 << PROFILE_BLOCK };

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void free_moment(struct top_moment *moment)
{
	if (!moment)
		return;
	thread_list_free(moment->threads);
	lock_list_free(&moment->locks);
	tool_look_free(&moment->look);
	arena_free(&moment->arena);
	free(moment);
}

static int list_locks(struct top_moment *moment)
{
	struct lock_list *locks = &moment->locks;
	int error = lock_list_add_snapshot(locks, moment->look.snapshot, moment->look.root);

	for (int which = 0; which < PROFILE_COUNT && !error; which++)
		if (moment->profiles[which])
			error = lock_list_add_profile(locks, which, moment->profiles[which]);
	if (locks->count)
		qsort(locks->locks, locks->count, sizeof(*locks->locks), top_compare_locks);
	return error;
}

static int make_moment(struct tool_look *look, struct source_lines *lines, struct top_moment **out_moment)
{
	struct thread_list_order order = {.has_names = true, .lines = lines};
	struct top_moment *moment = calloc(1, sizeof(*moment));
	int error;

	if (!moment) {
		tool_look_free(look);
		return -ENOMEM;
	}
	moment->look = *look;
	moment->taken_ns = now_ns();
	error = tool_look_build(&moment->look, IN_VIEWS, false, &moment->arena, moment->profiles);
	if (!error)
		error = list_locks(moment);
	if (!error)
		error = thread_list_take(&moment->look, &order, &moment->threads);
	if (error)
		free_moment(moment);
	else
		*out_moment = moment;
	return error;
}

static void free_trees(struct stack_tree *trees)
{
	for (int which = 0; which < PROFILE_COUNT; which++)
		stack_tree_free(&trees[which]);
}

static int grow_trees(const struct top_moment *now, const struct top_moment *before, struct stack_tree *out_trees)
{
	int error = 0;

	for (int which = 0; which < PROFILE_COUNT && !error; which++) {
		if (now->profiles[which])
			error = stack_tree_add(&out_trees[which], now->profiles[which], 0);
		if (!error && before && before->profiles[which])
			error = stack_tree_add(&out_trees[which], before->profiles[which], 1);
	}
	if (error)
		free_trees(out_trees);
	return error;
}

static double seconds_between(const struct top_moment *now, const struct top_moment *before)
{
	const struct snapshot *snapshot = now->look.snapshot;
	int64_t ns = before ? now->taken_ns - before->taken_ns : snapshot->taken_wall_ns - snapshot->started_wall_ns;

	return ns > 0 ? (double)ns / 1e9 : 1e-9;
}

/* The look becomes the newest one. */
static int take_over(struct top_data *data, struct tool_look *look)
{
	struct stack_tree trees[PROFILE_COUNT] = {0};
	struct top_moment *moment;
	int error = make_moment(look, data->lines, &moment);

	if (error)
		return error;
	error = grow_trees(moment, data->now, trees);
	if (error) {
		free_moment(moment);
		return error;
	}
	free_trees(data->trees);
	free_moment(data->before);
	data->before = data->now;
	data->now = moment;
	data->seconds = seconds_between(moment, data->before);
	for (int which = 0; which < PROFILE_COUNT; which++)
		data->trees[which] = trees[which];
	return 0;
}

int top_data_begin(struct top_data *data, struct tool_look *look)
{
	int error;

	*data = (struct top_data){.lines = tool_lines_new_quick()};
	error = take_over(data, look);
	if (error)
		top_data_free(data);
	return error;
}

int top_data_next(struct top_data *data)
{
	struct tool_look look;
	int error = tool_look_again(&data->now->look, &look);

	return error ? error : take_over(data, &look);
}

bool top_data_is_closed(const struct top_data *data)
{
	return data->now->look.snapshot->is_closed;
}

void top_data_free(struct top_data *data)
{
	free_trees(data->trees);
	free_moment(data->before);
	free_moment(data->now);
	source_lines_free(data->lines);
	*data = (struct top_data){0};
}
