/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "delta_base.h"

enum { PAGE_BYTES = 4096, NAME_BYTES = 64 };

static const char temporary_name[] = "new";

/* Opens it as it is, and takes it as `lock` says (flock). */
static int open_directory(const char *path, int lock)
{
	int directory = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat status;

	if (directory < 0)
		return -errno;
	if (fstat(directory, &status) == 0 && status.st_uid == geteuid() && (status.st_mode & 077) == 0 &&
	    flock(directory, lock) == 0)
		return directory;
	close(directory);
	return -EPERM;
}

static void name_directory(const char *region_dir, char *out_path)
{
	snprintf(out_path, PATH_MAX, "%s/contend-%u.delta", region_dir, geteuid());
}

int delta_base_open(const char *region_dir)
{
	char path[PATH_MAX];

	name_directory(region_dir, path);
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return -errno;
	return open_directory(path, LOCK_EX);
}

/* As regions are named, with the moment when the process, or the program that it became, was first seen. */
static void name_base(const struct region_header *header, char *out_name)
{
	snprintf(out_name, NAME_BYTES, "%d.%llu.%u", header->pid, (unsigned long long)header->process_start,
		 (unsigned)header->started_wall_ns);
}

/* A snapshot as it was taken then: the moment is the file's. */
static int take_snapshot(struct tool_look *base)
{
	struct snapshot_moment moment;
	struct stat status;

	if (fstat(base->file.descriptor, &status) != 0)
		return -errno;
	snapshot_clock_now(&moment);
	moment.is_present = false;
	moment.wall_ns = (int64_t)status.st_mtim.tv_sec * 1000000000 + status.st_mtim.tv_nsec;
	return snapshot_take_file(&base->file, &moment, &base->snapshot);
}

int delta_base_read(int directory, const struct tool_look *look, struct tool_look *out_base)
{
	struct tool_look base = {0};
	char name[NAME_BYTES];
	int error;

	name_base(&look->file.region->header, name);
	error = region_file_read_at(directory, name, &base.file);
	if (error)
		return error;
	error = tool_look_is_same_process(look, &base) ? take_snapshot(&base) : -ENOENT;
	if (error)
		tool_look_free(&base);
	else
		*out_base = base;
	return error;
}

static bool is_zero(const char *page)
{
	return page[0] == 0 && memcmp(page, page + 1, PAGE_BYTES - 1) == 0;
}

/* Holes stay holes. */
static int write_region(int descriptor, const struct region_file *file)
{
	const char *bytes = (const char *)file->region;

	if (ftruncate(descriptor, (off_t)file->bytes) != 0)
		return -errno;
	for (size_t at = 0; at < file->bytes; at += PAGE_BYTES) {
		ssize_t count =
			is_zero(bytes + at) ? PAGE_BYTES : pwrite(descriptor, bytes + at, PAGE_BYTES, (off_t)at);

		if (count != PAGE_BYTES)
			return count < 0 ? -errno : -ENOSPC;
	}
	return 0;
}

static int write_moment(int descriptor, int64_t wall_ns)
{
	struct timespec moment = {.tv_sec = wall_ns / 1000000000, .tv_nsec = wall_ns % 1000000000};
	struct timespec times[] = {moment, moment};

	return futimens(descriptor, times) == 0 ? 0 : -errno;
}

int delta_base_write(int directory, const struct tool_look *look)
{
	char name[NAME_BYTES];
	int descriptor, error;

	unlinkat(directory, temporary_name, 0);
	descriptor = openat(directory, temporary_name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (descriptor < 0)
		return -errno;
	error = write_region(descriptor, &look->file);
	if (!error)
		error = write_moment(descriptor, look->snapshot->taken_wall_ns);
	close(descriptor);
	name_base(&look->file.region->header, name);
	if (!error && renameat(directory, temporary_name, directory, name) != 0)
		error = -errno;
	if (error)
		unlinkat(directory, temporary_name, 0);
	return error;
}

struct owner {
	uint64_t process_start;
	bool has_region;
};

static void owner_found(const struct region_place *place, void *argument)
{
	struct owner *owner = argument;
	struct region_name name;

	owner->has_region |= region_name_parse(place->name, &name) && name.process_start == owner->process_start;
}

/* What cannot be looked at may be anybody's. */
static void owner_refused(const char *path, int error, void *argument)
{
	struct owner *owner = argument;

	(void)path, (void)error;
	owner->has_region = true;
}

static bool has_region(const char *region_dir, const struct region_name *name)
{
	struct owner owner = {.process_start = name->process_start};
	struct region_query query = {.region_dir = region_dir, .pid = name->pid, .all_users = geteuid() == 0};
	struct region_visitor visitor = {.found = owner_found, .refused = owner_refused, .argument = &owner};

	region_search(&query, &visitor);
	return owner.has_region;
}

void delta_base_tidy(const char *region_dir)
{
	char path[PATH_MAX];
	const struct dirent *entry;
	struct region_name name;
	int directory;
	DIR *stream;

	name_directory(region_dir, path);
	directory = open_directory(path, LOCK_EX | LOCK_NB);
	if (directory < 0)
		return;
	stream = fdopendir(directory);
	while (stream && (entry = readdir(stream)))
		if (region_name_parse(entry->d_name, &name) && !has_region(region_dir, &name))
			unlinkat(directory, entry->d_name, 0);
	if (stream)
		closedir(stream);
	else
		close(directory);
}
