/* SPDX-License-Identifier: MIT */
/* contend dump: the profiles of a process from its region, no signal sent, alive or dead. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "dump.h"
#include "ending.h"
#include "region_file.h"
#include "remains.h"
#include "tool.h"

/* Where the process sees its files: a container's are elsewhere than ours. */
static void find_root(const struct region_header *header, bool alive, char *out_root, size_t bytes)
{
	out_root[0] = '\0';
	if (alive)
		snprintf(out_root, bytes, "/proc/%d/root", header->pid);
}

static int write_profiles(const struct region_file *file, const struct dump_request *request, FILE *out)
{
	static struct dump_result result;
	struct snapshot_moment now;
	struct snapshot *snapshot;
	int error;

	snapshot_clock_now(&now);
	error = snapshot_take(file->region, file->bytes, &now, &snapshot);
	if (error)
		return error;
	if (atomic_load(&file->region->header.ns_per_tick) == 0) {
		snapshot_clock_keep(&file->region->header, snapshot->ns_per_tick);
		region_file_write_clock(file);
	}
	error = dump_write(snapshot, request, &result);
	for (int profile = 0; !error && profile < PROFILE_COUNT; profile++)
		if (result.paths[profile][0])
			fprintf(out, "%s\n", result.paths[profile]);
	snapshot_drop(snapshot);
	return error;
}

static void say_ending(const struct region_header *header, const struct ending *ending)
{
	char program[PATH_MAX];

	tool_program_name(header, program, sizeof(program));
	fprintf(stderr, "contend: process %d (%s): %s%s\n", header->pid, program, ending->words,
		ending->has_written ? "; its profiles are written" : "");
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

static int dump_region_file(const struct region_place *place, const struct region_file *file,
			    const struct dump_order *order)
{
	char directory[PATH_MAX] = "", root[64];
	struct dump_request request = {.pattern = order->pattern, .directory = directory, .root = root};
	struct ending ending;
	int error = 0;

	ending_find(place, file, &ending);
	if (order->dead_only && ending.life != ENDING_DEAD)
		return TOOL_OK;
	find_root(&file->region->header, ending.life == ENDING_ALIVE, root, sizeof(root));
	if (!getcwd(directory, sizeof(directory)))
		directory[0] = '\0';
	if (!ending.has_written)
		error = write_profiles(file, &request, order->out);
	if (error)
		return tool_fail("%s: no profile written to %s: %s", place->path, order->pattern,
				 tool_error_words(error));
	if (ending.life == ENDING_DEAD && !order->is_silent)
		say_ending(&file->region->header, &ending);
	return ending.life == ENDING_DEAD && !order->keep ? remove_region(place, file) : TOOL_OK;
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
	struct region_file file;
	int error = region_file_read_at(place->directory, place->name, &file);
	int status;

	if (error == -EINPROGRESS && ending_is_stillborn(place))
		return bury_stillborn(place, order);
	if (order->dead_only &&
	    (error == -EINPROGRESS || error == -ENOENT)) /* just begins; has ended by itself meanwhile */
		return TOOL_OK;
	if (error)
		return tool_fail("%s: %s", place->path, tool_error_words(error));
	status = dump_region_file(place, &file, order);
	region_file_free(&file);
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

static int help(void)
{
	puts("Usage: contend dump [-o PATTERN] [--keep] PID\n"
	     "       contend dump [-o PATTERN] [--keep] --dead\n"
	     "       contend dump [-o PATTERN] [--keep] --region FILE\n\n"
	     "Writes the profiles of a profiled process, and prints the names of the files. No signal is sent. A process that\n"
	     "was killed has left its region behind: it is written complete up to the kill, and then removed; what ended it\n"
	     "is said on standard error, as far as it can be known.\n\n"
	     "  --dead         all processes that left a region; with it goes what their interrupted dumps left\n"
	     "  -o PATTERN     names of the files, as CONTEND_OUT (%e program, %p pid, %n number, %h host, %t time)\n"
	     "  --region FILE  this region, wherever it lies\n"
	     "  --keep         do not remove the regions of dead processes");
	return TOOL_OK;
}

static int dump_pid(const char *text, const struct dump_order *order)
{
	unsigned found;
	char *end;
	long pid = strtol(text, &end, 10);
	int status;

	if (*end != '\0' || pid <= 0 || pid > INT_MAX)
		return tool_misuse("dump", "'%s' is no process id", text);
	status = tool_dump_regions((pid_t)pid, order, &found);
	if (found || status != TOOL_OK)
		return status;
	return tool_fail("process %ld: no region in %s/contend-%u: it is not profiled, not yours, or ended and "
			 "has written its profiles itself",
			 pid, config.region_dir, geteuid());
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
	const char *slash = strrchr(path, '/');
	struct region_place place = {.name = slash ? slash + 1 : path, .path = path};
	char directory[PATH_MAX];
	int status;

	snprintf(directory, sizeof(directory), "%.*s.", slash ? (int)(slash + 1 - path) : 0, path);
	place.directory = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (place.directory < 0)
		return tool_fail("%s: %s", path, strerrordesc_np(errno));
	status = tool_dump_region(&place, order);
	close((int)place.directory);
	return status;
}

int tool_dump(int argc, char **argv)
{
	enum { OPTION_REGION = 256, OPTION_KEEP, OPTION_DEAD };
	static const struct option options[] = {{"region", required_argument, NULL, OPTION_REGION},
						{"keep", no_argument, NULL, OPTION_KEEP},
						{"dead", no_argument, NULL, OPTION_DEAD},
						{"help", no_argument, NULL, 'h'},
						{0}};
	struct dump_order order = {.out = stdout};
	const char *region = NULL;
	bool dead = false;
	int option;

	tool_read_config();
	order.pattern = config.out;
	while ((option = getopt_long(argc, argv, "+o:h", options, NULL)) != -1) {
		switch (option) {
		case 'o':
			order.pattern = optarg;
			break;
		case OPTION_REGION:
			region = optarg;
			break;
		case OPTION_KEEP:
			order.keep = true;
			break;
		case OPTION_DEAD:
			dead = true;
			break;
		case 'h':
			return help();
		default:
			return tool_misuse("dump", "unknown option");
		}
	}
	if (argc - optind + dead + (region != NULL) != 1)
		return tool_misuse("dump", "one process id, --dead, or --region FILE is needed");
	if (dead)
		return dump_dead(&order);
	return region ? dump_named(region, &order) : dump_pid(argv[optind], &order);
}
