/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "file_type.h"
#include "kernel.h"

/* The kernel's names of what has no file type; longer ones begin so. */
static const struct {
	const char *name;
	enum file_type type;
} anonymous[] = {
	{"[eventpoll]", FILE_TYPE_EPOLL},   {"[eventfd]", FILE_TYPE_EVENTFD}, {"[timerfd]", FILE_TYPE_TIMERFD},
	{"[signalfd]", FILE_TYPE_SIGNALFD}, {"inotify", FILE_TYPE_INOTIFY},
};

/* The folder and the number; without printf, which is not for signal handlers. */
static const char *link_of(int descriptor, char *end)
{
	static const char folder[] = KERNEL_DESCRIPTOR_FOLDER;

	*--end = '\0';
	do
		*--end = (char)('0' + descriptor % 10);
	while (descriptor /= 10);
	return memcpy(end - (sizeof(folder) - 1), folder, sizeof(folder) - 1);
}

static enum file_type anonymous_type_of(int descriptor)
{
	static const char prefix[] = "anon_inode:";
	char path[64], target[64] = "";
	long bytes =
		KERNEL_CALL(readlinkat, AT_FDCWD, link_of(descriptor, path + sizeof(path)), target, sizeof(target) - 1);

	if (bytes <= 0 || strncmp(target, prefix, sizeof(prefix) - 1) != 0)
		return FILE_TYPE_OTHER;
	for (unsigned i = 0; i < sizeof(anonymous) / sizeof(anonymous[0]); i++)
		if (strncmp(target + sizeof(prefix) - 1, anonymous[i].name, strlen(anonymous[i].name)) == 0)
			return anonymous[i].type;
	return FILE_TYPE_OTHER;
}

/* Terminals and pseudo-terminals, by the kernel's numbers for them (Documentation/admin-guide/devices.txt). */
static bool is_terminal(dev_t device)
{
	unsigned number = major(device);

	return number == 4 || number == 5 || (number >= 136 && number <= 143);
}

enum file_type file_type_of(int descriptor)
{
	struct stat status;

	if (descriptor < 0 || kernel_is_forbidden() ||
	    KERNEL_CALL(newfstatat, descriptor, "", &status, AT_EMPTY_PATH) != 0)
		return FILE_TYPE_NONE;
	switch (status.st_mode & S_IFMT) {
	case S_IFREG:
		return FILE_TYPE_FILE;
	case S_IFDIR:
		return FILE_TYPE_DIRECTORY;
	case S_IFSOCK:
		return FILE_TYPE_SOCKET;
	case S_IFIFO:
		return FILE_TYPE_PIPE;
	case S_IFBLK:
		return FILE_TYPE_DISK;
	case S_IFCHR:
		return is_terminal(status.st_rdev) ? FILE_TYPE_TTY : FILE_TYPE_DEVICE;
	default:
		return anonymous_type_of(descriptor);
	}
}
