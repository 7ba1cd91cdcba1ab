/* SPDX-License-Identifier: MIT */
/* Goal: a dump is one file for each profile, complete under its name or not there at all, and never in place of
 * another.
 *
 * dump_test DIRECTORY: writes one dump of made-up samples in real functions of libc there, for other tests to read. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "fake_region.h"
#include "heap.h"
#include "profile_file.h"
#include "snapshot.h"
#include "dump.h"

static struct dump_result result;

static struct snapshot *take(const struct region *region)
{
	struct snapshot_moment moment = FAKE_MOMENT;
	struct snapshot *snapshot = NULL;

	ok(snapshot_take(region, FAKE_REGION_BYTES, &moment, &snapshot) == 0, "the region is copied");
	return snapshot;
}

static uint64_t next_module = 1;

/* Enters each executable segment of the objects of this process, the program first. */
static int enter_object(struct dl_phdr_info *info, size_t bytes, void *region)
{
	char path[4096] = "";

	(void)bytes;
	if (info->dlpi_name[0] == '\0' && readlink("/proc/self/exe", path, sizeof(path) - 1) < 0)
		return -1;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
		uint64_t start = (info->dlpi_addr + segment->p_vaddr) & ~UINT64_C(4095);

		if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_X))
			continue;
		fake_region_module(region, next_module, start, (segment->p_memsz + 8191) & ~UINT64_C(4095),
				   path[0] ? path : info->dlpi_name);
		((struct region *)region)->modules.entries[next_module].load_bias = info->dlpi_addr;
		((struct region *)region)->modules.entries[next_module].file_offset =
			segment->p_offset & ~UINT64_C(4095);
		if (path[0])
			strcpy(((struct region *)region)->header.program, path);
		next_module++;
	}
	return 0;
}

static uint64_t frame_of(const struct region *region, void *function, unsigned offset)
{
	uint64_t address = (uint64_t)function + offset;

	for (uint32_t i = 1; i < next_module; i++)
		if (address >= region->modules.entries[i].start && address < region->modules.entries[i].limit)
			return frame_make(i, address);
	return frame_make(FRAME_MODULE_UNKNOWN, address);
}

static struct region *region_of_this_program(void)
{
	struct region *region = fake_region_new();

	dl_iterate_phdr(enter_object, region);
	uint64_t unlock[] = {frame_of(region, pthread_mutex_unlock, 0), frame_of(region, fake_region_new, 5),
			     frame_of(region, region_of_this_program, 5)};
	uint64_t lock[] = {frame_of(region, pthread_mutex_lock, 0), frame_of(region, enter_object, 7),
			   frame_of(region, region_of_this_program, 9),
			   frame_make(FRAME_MODULE_PSEUDO, FRAME_TRUNCATED)};
	uint64_t wait[] = {frame_of(region, pthread_cond_wait, 0), frame_of(region, region_of_this_program, 11),
			   frame_make(FRAME_MODULE_UNKNOWN, 0xdead00)};

	fake_region_sample(PROFILE_MUTEX, WAIT_MUTEX, unlock, 3, 7, 7000000);
	fake_region_sample(PROFILE_BLOCK, WAIT_MUTEX, lock, 4, 3.6, 9000000);
	fake_region_sample(PROFILE_BLOCK, WAIT_COND, wait, 3, 0.25, 1500000);
	return region;
}

static unsigned files_in(const char *directory)
{
	DIR *stream = opendir(directory);
	unsigned count = 0;

	while (readdir(stream))
		count++;
	closedir(stream);
	return count - 2;
}

static void check_written(const struct snapshot *snapshot, const char *directory)
{
	struct dump_request request = {.pattern = "a.%p.%n", .directory = directory, .root = ""};
	Perftools__Profiles__Profile *profile = NULL;
	char expected[DUMP_PATH_BYTES];
	struct stat status;

	is_u64(dump_write(snapshot, &request, &result), 0, "a dump is written");
	snprintf(expected, sizeof(expected), "%s/a.4711.0.mutex.pb.gz", directory);
	is_str(result.paths[PROFILE_MUTEX], expected, "the name is the pattern's and the profile's");
	is_u64(files_in(directory), PROFILE_COUNT, "a file for each profile and nothing else");
	ok(stat(expected, &status) == 0 && (status.st_mode & 0777) == 0600, "only its owner may read it");
	is_u64(result.bytes[PROFILE_MUTEX], status.st_size, "its size is reported");
	ok(profile_file_read(result.paths[PROFILE_BLOCK], &profile) == 0, "the file can be read");
	is_u64(profile ? profile->n_sample : 0, 2, "with its samples");
	profile_file_free(profile);
	is_u64(result.next_sequence, 1, "the next number");
}

static void check_never_overwrites(const struct snapshot *snapshot, const char *directory)
{
	struct dump_request request = {.pattern = "a.%p.%n", .directory = directory, .root = ""};
	char taken[DUMP_PATH_BYTES], line[16] = "";
	int descriptor;

	snprintf(taken, sizeof(taken), "%s/a.4711.1.block.pb.gz", directory);
	descriptor = open(taken, O_CREAT | O_RDWR, 0600);
	ok(write(descriptor, "mine", 4) == 4, "somebody else's file");
	is_u64(dump_write(snapshot, &request, &result), 0, "a dump beside others");
	is_u64(result.next_sequence, 3, "takes the first number that is free for all its files");
	is_u64(files_in(directory), 2 * PROFILE_COUNT + 1, "and leaves nothing under another");
	ok(pread(descriptor, line, sizeof(line), 0) == 4 && strcmp(line, "mine") == 0, "the other file is untouched");
	close(descriptor);
}

static void check_fixed_name(const struct snapshot *snapshot, const char *directory)
{
	struct dump_request request = {.pattern = "fixed%%n", .directory = directory, .root = ""};
	char expected[DUMP_PATH_BYTES];

	is_u64(dump_write(snapshot, &request, &result), 0, "a name without a number");
	snprintf(expected, sizeof(expected), "%s/fixed%%n.mutex.pb.gz", directory);
	is_str(result.paths[PROFILE_MUTEX], expected, "is taken as it is");
	is_u64(dump_write(snapshot, &request, &result), 0, "the same name again");
	snprintf(expected, sizeof(expected), "%s/fixed%%n.1.mutex.pb.gz", directory);
	is_str(result.paths[PROFILE_MUTEX], expected, "gets a number");
}

static void check_kept_only(struct snapshot *snapshot, const char *directory)
{
	struct dump_request request = {.pattern = "kept", .directory = directory, .root = ""};
	unsigned files = files_in(directory);

	snapshot->profiles = 1u << PROFILE_BLOCK;
	is_u64(dump_write(snapshot, &request, &result), 0, "a process that keeps one profile");
	is_u64(files_in(directory) - files, 1, "has one file");
	is_str(result.paths[PROFILE_WAKE], "", "and no path for the others");
	is_u64(dump_write(snapshot, &request, &result), 0, "the same name again");
	is_u64(files_in(directory) - files, 2, "is one more");
	snapshot->profiles = (1u << PROFILE_COUNT) - 1;
}

static void check_failures(const struct snapshot *snapshot, const char *directory)
{
	struct dump_request request = {.pattern = "b.%n", .directory = directory, .root = ""};
	struct rlimit before, small = {.rlim_cur = 100, .rlim_max = RLIM_INFINITY};
	unsigned files = files_in(directory);
	char *long_name = malloc(5000);
	size_t used = heap_used_bytes();
	int error;

	getrlimit(RLIMIT_FSIZE, &before);
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &small);
	error = dump_write(snapshot, &request, &result);
	setrlimit(RLIMIT_FSIZE, &before); /* before anything is printed */
	is_u64(-error, EFBIG, "no room for the file: the error is told");
	is_u64(files_in(directory), files, "and nothing is left behind");
	request.directory = "/nonexistent/directory";
	is_u64(-dump_write(snapshot, &request, &result), ENOENT, "the directory is gone");
	memset(long_name, 'x', 4999);
	long_name[4999] = '\0';
	request.pattern = long_name;
	is_u64(-dump_write(snapshot, &request, &result), ENAMETOOLONG, "a name that is too long");
	is_u64(heap_used_bytes(), used, "failures give their memory back");
	free(long_name);
}

static int write_for_others(const char *directory)
{
	struct region *region = region_of_this_program();
	struct snapshot *snapshot = take(region);
	struct dump_request request = {.pattern = "test.%n", .directory = directory, .root = ""};
	int error = dump_write(snapshot, &request, &result);

	snapshot_drop(snapshot);
	free(region);
	return error ? 1 : 0;
}

int main(int count, char **arguments)
{
	char directory[] = "dump-XXXXXX";
	struct region *region;
	struct snapshot *snapshot;

	if (count == 2)
		return write_for_others(arguments[1]);
	if (!mkdtemp(directory))
		return 1;
	region = region_of_this_program();
	snapshot = take(region);
	check_written(snapshot, directory);
	check_never_overwrites(snapshot, directory);
	check_fixed_name(snapshot, directory);
	check_kept_only(snapshot, directory);
	check_failures(snapshot, directory);
	snapshot_drop(snapshot);
	is_u64(heap_used_bytes(), 0, "all memory is given back");
	free(region);
	return done();
}
