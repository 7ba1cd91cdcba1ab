/* SPDX-License-Identifier: MIT */
/* Dumps of what happened for some seconds, or since the last time: nothing is removed by them. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "config.h"
#include "delta_base.h"
#include "tool_dump.h"
#include "tool_profiles.h"
#include "tool_wait.h"

static int complain(const struct tool_look *look, const struct dump_order *order, int error)
{
	if (error == -EPIPE) /* which was said */
		return TOOL_FAILED;
	if (error == -ENOENT)
		return tool_fail("%s keeps no such profile", look->label);
	return tool_fail("%s: no profile written to %s: %s", look->label, order->pattern, tool_error_words(error));
}

int tool_dump_look(struct tool_look *look, const struct dump_order *order)
{
	int error = tool_profiles_write(look, order);

	return error ? complain(look, order, error) : TOOL_OK;
}

int tool_dump_seconds(const struct tool_look *look, double seconds, const struct dump_order *order)
{
	struct tool_look later;
	int error;

	if (look->ending.life == ENDING_DEAD)
		return tool_fail("%s is dead, and does nothing any more; without --seconds, what it did is written",
				 look->label);
	tool_wait(look, seconds);
	error = tool_look_again(look, &later);
	if (error)
		return complain(look, order, error);
	error = tool_look_subtract(&later, look);
	if (!error)
		error = tool_profiles_write(&later, order);
	tool_look_free(&later);
	return error ? complain(look, order, error) : TOOL_OK;
}

/* The look's snapshot becomes the difference; its region stays what it was, to be kept for the next time. */
static int write_delta(struct tool_look *look, int directory, const struct dump_order *order)
{
	struct tool_look base;
	int error = delta_base_read(directory, look, &base);
	bool has_base = !error;

	if (error && error != -ENOENT)
		fprintf(stderr,
			"contend: %s: what was kept from the last --delta cannot be used (%s): all since its start\n",
			look->label, tool_error_words(error));
	error = has_base ? tool_look_subtract(look, &base) : 0;
	if (has_base)
		tool_look_free(&base);
	return error ? error : tool_profiles_write(look, order);
}

int tool_dump_delta(struct tool_look *look, const struct dump_order *order)
{
	int directory = delta_base_open(config.region_dir);
	int error;

	if (directory < 0)
		return tool_fail("%s/contend-%u.delta: %s", config.region_dir, geteuid(), tool_error_words(directory));
	error = write_delta(look, directory, order);
	if (error) {
		close(directory);
		return complain(look, order, error);
	}
	error = delta_base_write(directory, look);
	close(directory);
	return error ? tool_fail("%s: the profiles are written, but the next --delta will have them again: %s",
				 look->label, tool_error_words(error))
		     : TOOL_OK;
}
