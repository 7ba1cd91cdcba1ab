/* SPDX-License-Identifier: MIT */
/* Dumps regions that are found, and removes those of the dead. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "remains.h"
#include "tool_profiles.h"

static void say_ending(const struct tool_look *look)
{
	fprintf(stderr, "contend: %s: %s%s\n", look->label, look->ending.words,
		look->ending.has_written ? "; its profiles are written" : "");
}

/* Is it still what was read that lies there? */
static bool is_in_place(const struct region_place *place, const struct region_file *file)
{
	struct stat was_read, lies_there;

	return fstat(file->descriptor, &was_read) == 0 &&
	       fstatat((int)place->directory, place->name, &lies_there, AT_SYMLINK_NOFOLLOW) == 0 &&
	       was_read.st_dev == lies_there.st_dev && was_read.st_ino == lies_there.st_ino;
}

/* With what its interrupted dumps left, if it is dead. A region of another user's does not say what of ours is removed. */
static int remove_region(const struct region_place *place, const struct region_file *file)
{
	if (!is_in_place(place, file))
		return tool_fail("%s: not removed: something else lies there now", place->path);
	if (unlinkat((int)place->directory, place->name, 0) != 0)
		return tool_fail("%s: cannot remove it: %s", place->path, strerrordesc_np(errno));
	if (file->owner == geteuid())
		remains_remove(&file->region->header);
	return TOOL_OK;
}

static int dump_look(const struct region_place *place, struct tool_look *look, const struct dump_order *order)
{
	const struct ending *ending = &look->ending;
	int error = 0;

	if (order->dead_only && ending->life != ENDING_DEAD)
		return TOOL_OK;
	if (!ending->has_written)
		error = tool_look_take(look);
	if (!error && !ending->has_written)
		error = tool_profiles_write(look, order);
	if (error)
		return tool_fail("%s: no profile written to %s: %s", place->path, order->pattern,
				 tool_error_words(error));
	if (ending->life == ENDING_DEAD && !order->is_silent)
		say_ending(look);
	return ending->life == ENDING_DEAD && !order->keep ? remove_region(place, &look->file) : TOOL_OK;
}

static int bury_stillborn(const struct region_place *place, const struct dump_order *order)
{
	fprintf(stderr, "contend: %s: %s\n", place->path, tool_error_words(-EINPROGRESS));
	if (!order->keep)
		unlinkat((int)place->directory, place->name, 0);
	return TOOL_OK;
}

int tool_dump_region(const struct region_place *place, const struct dump_order *order)
{
	struct tool_look look;
	int error = tool_look_open(place, &look);
	int status;

	if (error == -EINPROGRESS && ending_is_stillborn(place))
		return bury_stillborn(place, order);
	if (order->dead_only &&
	    (error == -EINPROGRESS || error == -ENOENT)) /* just begins; has ended by itself meanwhile */
		return TOOL_OK;
	if (error)
		return tool_fail("%s: %s", place->path, tool_error_words(error));
	status = dump_look(place, &look, order);
	tool_look_free(&look);
	return status;
}

struct dumping {
	const struct dump_order *order;
	int status;
};

static void dump_found(const struct region_place *place, void *argument)
{
	struct dumping *dumping = argument;

	if (tool_dump_region(place, dumping->order) != TOOL_OK)
		dumping->status = TOOL_FAILED;
}

static void dump_refused(const char *path, int error, void *argument)
{
	struct dumping *dumping = argument;

	dumping->status = tool_fail("%s: %s", path, tool_error_words(error));
}

int tool_dump_regions(pid_t pid, const struct dump_order *order, unsigned *out_found)
{
	struct dumping dumping = {.order = order, .status = TOOL_OK};
	struct region_query query = {.region_dir = config.region_dir, .pid = pid};
	struct region_visitor visitor = {.found = dump_found, .refused = dump_refused, .argument = &dumping};

	*out_found = region_search(&query, &visitor);
	return dumping.status;
}
