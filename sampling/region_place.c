/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include "kernel.h"
#include "region_place.h"

/* File names tried for one process: it may have been another program before, and left a region each time. */
enum { NAMES_TRIED = 1000 };

static bool is_in_memory(const char *path)
{
	struct statfs filesystem;

	return KERNEL_CALL(statfs, path, &filesystem) == 0 && filesystem.f_type == TMPFS_MAGIC;
}

/* Is it a real directory of ours in memory that nobody else may enter? */
static bool is_ours(long directory)
{
	struct statfs filesystem;
	struct stat status;

	return KERNEL_CALL(fstat, directory, &status) == 0 && status.st_uid == KERNEL_CALL(geteuid) &&
	       (status.st_mode & 077) == 0 && KERNEL_CALL(fstatfs, directory, &filesystem) == 0 &&
	       filesystem.f_type == TMPFS_MAGIC;
}

static long open_path(const char *path)
{
	return KERNEL_CALL(openat, AT_FDCWD, path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* The umask may have taken our own rights to the directory that we made. fchmod does not take a path descriptor. */
static void give_rights(long directory)
{
	char link[32];

	snprintf(link, sizeof(link), KERNEL_DESCRIPTOR_FOLDER "%d", (int)directory);
	KERNEL_CALL(fchmodat, AT_FDCWD, link, 0700);
}

static long make_directory(const char *path)
{
	bool is_new = KERNEL_CALL(mkdirat, AT_FDCWD, path, 0700) == 0; /* or another process was faster */
	long directory = open_path(path);

	if (is_new && directory >= 0 && is_ours(directory))
		give_rights(directory);
	return directory;
}

/* Opens <region_dir>/contend-<uid>, made if missing. */
static long open_directory(const char *region_dir, char *out_path, size_t bytes)
{
	long directory;

	if (snprintf(out_path, bytes, "%s/contend-%ld", region_dir, KERNEL_CALL(geteuid)) >= (int)bytes)
		return -ENAMETOOLONG;
	directory = open_path(out_path);
	if (directory == -ENOENT && is_in_memory(region_dir))
		directory = make_directory(out_path);
	if (directory < 0 || is_ours(directory))
		return directory;
	KERNEL_CALL(close, directory);
	return -EPERM;
}

long region_place_create(const char *region_dir, uint64_t process_start, char *out_path, size_t bytes)
{
	long directory = open_directory(region_dir, out_path, bytes);
	long file = directory;
	size_t length;

	if (directory < 0)
		return directory;
	length = strlen(out_path);
	for (int n = 0; n < NAMES_TRIED; n++) {
		if (snprintf(out_path + length, bytes - length, "/%ld.%llu.%d", KERNEL_CALL(getpid),
			     (unsigned long long)process_start, n) >= (int)(bytes - length))
			break;
		file = KERNEL_CALL(openat, directory, out_path + length + 1,
				   O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (file != -EEXIST)
			break;
	}
	KERNEL_CALL(close, directory);
	if (file >= 0)
		KERNEL_CALL(fchmod, file, 0600);
	return file;
}
