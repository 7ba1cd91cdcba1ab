/* SPDX-License-Identifier: MIT */
/* contend dump: the profiles of a process from its region, no signal sent, alive or dead. */
#include <errno.h>
#include <getopt.h>
#include <glob.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "dump.h"
#include "process.h"
#include "region_file.h"
#include "tool.h"

bool tool_is_alive(const struct region_header *header)
{
	uint64_t start_ticks;

	if (kill(header->pid, 0) != 0 && errno == ESRCH)
		return false;
	start_ticks = process_start_ticks(header->pid);
	return start_ticks == 0 || start_ticks == header->process_start;
}

unsigned tool_find_regions(pid_t pid, void (*visit)(const char *path, void *argument), void *argument)
{
	char pattern[PATH_MAX];
	glob_t found;
	unsigned count;

	snprintf(pattern, sizeof(pattern), "%s/contend-%u/%d.*", config.region_dir, geteuid(), pid);
	if (glob(pattern, 0, NULL, &found) != 0)
		return 0;
	count = found.gl_pathc;
	for (unsigned i = 0; i < count; i++)
		visit(found.gl_pathv[i], argument);
	globfree(&found);
	return count;
}

/* Where the process sees its files: a container's are elsewhere than ours. */
static void find_root(const struct region_header *header, bool alive, char *out_root, size_t bytes)
{
	out_root[0] = '\0';
	if (alive)
		snprintf(out_root, bytes, "/proc/%d/root", header->pid);
}

static int write_profiles(const char *path, const struct region_file *file, const struct dump_request *request,
			  FILE *out)
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
		region_file_write_clock(path, file);
	}
	error = dump_write(snapshot, request, &result);
	for (int profile = 0; !error && profile < PROFILE_COUNT; profile++)
		if (result.paths[profile][0])
			fprintf(out, "%s\n", result.paths[profile]);
	snapshot_drop(snapshot);
	return error;
}

int tool_dump_region(const char *path, const char *pattern, bool keep, FILE *out)
{
	char directory[PATH_MAX] = "", root[64];
	struct dump_request request = {.pattern = pattern, .directory = directory, .root = root};
	struct region_file file;
	bool alive;
	int error = region_file_read(path, &file);

	if (error)
		return tool_fail("%s: %s", path, tool_error_words(error));
	alive = tool_is_alive(&file.region->header);
	find_root(&file.region->header, alive, root, sizeof(root));
	if (!getcwd(directory, sizeof(directory)))
		directory[0] = '\0';
	error = write_profiles(path, &file, &request, out);
	region_file_free(&file);
	if (error)
		return tool_fail("%s: no profile written to %s: %s", path, pattern, tool_error_words(error));
	if (!alive && !keep && unlink(path) != 0)
		return tool_fail("%s: cannot remove it: %s", path, strerrordesc_np(errno));
	return TOOL_OK;
}

struct dumping {
	const char *pattern;
	bool keep;
	int status;
};

static void dump_found(const char *path, void *argument)
{
	struct dumping *dumping = argument;

	if (tool_dump_region(path, dumping->pattern, dumping->keep, stdout) != TOOL_OK)
		dumping->status = TOOL_FAILED;
}

static int help(void)
{
	puts("Usage: contend dump [-o PATTERN] [--keep] PID\n"
	     "       contend dump [-o PATTERN] [--keep] --region FILE\n\n"
	     "Writes the mutex and the block profile of a profiled process, and prints the names of the files. No signal is\n"
	     "sent. A process that was killed has left its region behind: it is written complete up to the kill, and then\n"
	     "removed.\n\n"
	     "  -o PATTERN     names of the files, as CONTEND_OUT (%e program, %p pid, %n number, %h host, %t time)\n"
	     "  --region FILE  this region, wherever it lies\n"
	     "  --keep         do not remove the region of a dead process");
	return TOOL_OK;
}

static int dump_pid(const char *text, struct dumping *dumping)
{
	char *end;
	long pid = strtol(text, &end, 10);

	if (*end != '\0' || pid <= 0 || pid > INT_MAX)
		return tool_misuse("dump", "'%s' is no process id", text);
	if (tool_find_regions(pid, dump_found, dumping) == 0)
		return tool_fail("process %ld: no region in %s/contend-%u: it is not profiled, not yours, or ended and "
				 "has written its profiles itself",
				 pid, config.region_dir, geteuid());
	return dumping->status;
}

int tool_dump(int argc, char **argv)
{
	enum { OPTION_REGION = 256, OPTION_KEEP };
	static const struct option options[] = {{"region", required_argument, NULL, OPTION_REGION},
						{"keep", no_argument, NULL, OPTION_KEEP},
						{"help", no_argument, NULL, 'h'},
						{0}};
	struct dumping dumping = {0};
	const char *region = NULL;
	int option;

	tool_read_config();
	dumping.pattern = config.out;

	while ((option = getopt_long(argc, argv, "+o:h", options, NULL)) != -1) {
		switch (option) {
		case 'o':
			dumping.pattern = optarg;
			break;
		case OPTION_REGION:
			region = optarg;
			break;
		case OPTION_KEEP:
			dumping.keep = true;
			break;
		case 'h':
			return help();
		default:
			return tool_misuse("dump", "unknown option");
		}
	}
	if (argc - optind != (region ? 0 : 1))
		return tool_misuse("dump", "one process id, or --region FILE, is needed");
	if (region)
		return tool_dump_region(region, dumping.pattern, dumping.keep, stdout);
	return dump_pid(argv[optind], &dumping);
}
