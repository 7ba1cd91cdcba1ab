/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>

#include "kernel.h"
#include "descriptor.h"

int descriptor_target(long descriptor, struct descriptor_target *out_target)
{
	struct stat status;
	int error = KERNEL_CALL(fstat, descriptor, &status);

	if (!error)
		*out_target = (struct descriptor_target){.device = status.st_dev, .inode = status.st_ino};
	return error;
}

bool descriptor_leads_to(long descriptor, const struct descriptor_target *target)
{
	struct descriptor_target present;

	return descriptor_target(descriptor, &present) == 0 && present.device == target->device &&
	       present.inode == target->inode;
}

int descriptor_close(long descriptor, const struct descriptor_target *target)
{
	return descriptor_leads_to(descriptor, target) ? (int)KERNEL_CALL(close, descriptor) : 0;
}

static int look(long descriptor, struct stat *out_status)
{
	int error = KERNEL_CALL(fstat, descriptor, out_status);

	return error || S_ISREG(out_status->st_mode) ? error : -EINVAL;
}

/* Nothing leads out of `root`: neither "..", nor links, which mean what they mean there. */
static long open_below(const char *root, const char *path, int flags)
{
	struct open_how how = {.flags = flags | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
	long directory, file;

	if (!root[0])
		return KERNEL_CALL(openat, AT_FDCWD, path, flags | O_CLOEXEC);
	directory = KERNEL_CALL(openat, AT_FDCWD, root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0)
		return directory;
	file = KERNEL_CALL(openat2, directory, path, &how, sizeof(how));
	KERNEL_CALL(close, directory);
	return file;
}

/* Opens by its name what was a regular file just now: the way where there is no /proc, or one descriptor only. */
static long open_by_name(const char *root, const char *path, int flags, struct stat *out_status)
{
	long file = open_below(root, path, flags | O_NONBLOCK | O_NOCTTY);
	int error = file < 0 ? 0 : look(file, out_status);

	if (error)
		KERNEL_CALL(close, file);
	return error ? error : file;
}

/* A path descriptor opens nothing, and what it leads to can no more be exchanged. */
long descriptor_open_regular(const char *root, const char *path, int flags, struct stat *out_status)
{
	long place = open_below(root, path, O_PATH | (flags & O_NOFOLLOW));
	char link[32];
	long file;

	if (place < 0)
		return place;
	file = look(place, out_status);
	snprintf(link, sizeof(link), KERNEL_DESCRIPTOR_FOLDER "%d", (int)place);
	if (file == 0)
		file = KERNEL_CALL(openat, AT_FDCWD, link, (flags & ~O_NOFOLLOW) | O_CLOEXEC);
	KERNEL_CALL(close, place);
	if (file == -ENOENT || file == -EMFILE || file == -ENFILE)
		return open_by_name(root, path, flags, out_status);
	return file;
}
