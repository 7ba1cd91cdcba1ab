/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "kernel.h"
#include "process.h"
#include "new_file.h"

enum { TEMPORARIES_TRIED = 1000, FILE_MODE = 0600 };

static int write_fully(long descriptor, const uint8_t *bytes, size_t count)
{
	while (count > 0) {
		long written = KERNEL_CALL(write, descriptor, bytes, count);

		if (written == -EINTR)
			continue;
		if (written < 0)
			return written;
		bytes += written;
		count -= written;
	}
	return 0;
}

/* How much of the path is its directory, the slash included. */
static int directory_bytes(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (int)(slash + 1 - path) : 0;
}

static long open_unnamed(const char *path)
{
	char directory[NEW_FILE_PATH_BYTES];
	int bytes = directory_bytes(path);

	if (snprintf(directory, sizeof(directory), "%.*s.", bytes, path) >= (int)sizeof(directory))
		return -ENAMETOOLONG;
	return KERNEL_CALL(openat, AT_FDCWD, directory, O_WRONLY | O_TMPFILE | O_CLOEXEC, FILE_MODE);
}

/* Under a name that nobody else has. */
static long open_temporary(const char *path, char *out_temporary)
{
	long pid = KERNEL_CALL(getpid);
	long descriptor = -EEXIST;

	for (int i = 0; i < TEMPORARIES_TRIED && descriptor == -EEXIST; i++) {
		if (snprintf(out_temporary, NEW_FILE_PATH_BYTES, "%.*s.contend.%ld.%d.tmp", directory_bytes(path), path,
			     pid, i) >= NEW_FILE_PATH_BYTES)
			return -ENAMETOOLONG;
		descriptor = KERNEL_CALL(openat, AT_FDCWD, out_temporary,
					 O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
	}
	if (descriptor < 0)
		out_temporary[0] = '\0';
	return descriptor;
}

static int fill(long descriptor, const uint8_t *bytes, size_t count)
{
	(void)KERNEL_CALL(fchmod, descriptor, FILE_MODE); /* a disk without modes is the user's choice */
	return write_fully(descriptor, bytes, count);
}

int new_file_write(enum new_file_way way, const char *path, const uint8_t *bytes, size_t count,
		   struct new_file *out_file)
{
	bool is_unnamed = way == NEW_FILE_UNNAMED;
	long descriptor;
	int error, close_error = 0;

	*out_file = (struct new_file){.way = way};
	if (count > process_file_limit_bytes())
		return -EFBIG;
	descriptor = is_unnamed ? open_unnamed(path) : open_temporary(path, out_file->temporary);
	if (descriptor < 0)
		return descriptor;
	out_file->is_there = true;
	out_file->descriptor = descriptor;
	error = descriptor_target(descriptor, &out_file->target);
	if (!error)
		error = fill(descriptor, bytes, count);
	if (!is_unnamed) /* network file systems tell only here that the disk is full */
		close_error = descriptor_close(descriptor, &out_file->target);
	if (!error)
		error = close_error;
	if (error)
		new_file_close(out_file);
	return error;
}

/* The first form needs no /proc, the second neither privilege nor a new kernel. */
static int name_unnamed(const struct new_file *file, const char *path)
{
	char link[32];
	int error;

	if (!descriptor_leads_to(file->descriptor, &file->target))
		return -EBADF;
	error = KERNEL_CALL(linkat, file->descriptor, "", AT_FDCWD, path, AT_EMPTY_PATH);
	if (!error || error == -EEXIST)
		return error;
	snprintf(link, sizeof(link), KERNEL_DESCRIPTOR_FOLDER "%d", (int)file->descriptor);
	return KERNEL_CALL(linkat, AT_FDCWD, link, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
}

/* Renames unless the new name exists. Where the file system cannot, a second name and the removal of the first do it.
 */
static int rename_exclusively(const char *from, const char *to)
{
	int error = KERNEL_CALL(renameat2, AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);

	if (error != -EINVAL && error != -ENOSYS)
		return error;
	error = KERNEL_CALL(linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
	if (!error)
		KERNEL_CALL(unlinkat, AT_FDCWD, from, 0);
	return error;
}

int new_file_name(struct new_file *file, const char *path)
{
	int error =
		file->way == NEW_FILE_UNNAMED ? name_unnamed(file, path) : rename_exclusively(file->temporary, path);

	file->is_named = error == 0;
	return error;
}

void new_file_unname(struct new_file *file, const char *path)
{
	if (file->way == NEW_FILE_UNNAMED || rename_exclusively(path, file->temporary))
		KERNEL_CALL(unlinkat, AT_FDCWD, path, 0);
	file->is_named = false;
}

void new_file_close(struct new_file *file)
{
	if (!file->is_there)
		return;
	if (file->way == NEW_FILE_UNNAMED)
		descriptor_close(file->descriptor, &file->target);
	else if (!file->is_named)
		KERNEL_CALL(unlinkat, AT_FDCWD, file->temporary, 0);
	file->is_there = false;
}
