/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
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

enum { PATH_BYTES = 64 };

/* Put before `end`, without printf, which is not for signal handlers. */
static char *put_number(char *end, uint32_t number)
{
	do
		*--end = (char)('0' + number % 10);
	while (number /= 10);
	return end;
}

static char *put_text(char *end, const char *text)
{
	size_t bytes = strlen(text);

	return memcpy(end - bytes, text, bytes);
}

/* What has no file type is told by where its link in /proc leads to. */
static enum file_type anonymous_type_of(const char *link)
{
	static const char prefix[] = "anon_inode:";
	char target[64] = "";
	long bytes = KERNEL_CALL(readlinkat, AT_FDCWD, link, target, sizeof(target) - 1);

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

static enum file_type type_of(const struct stat *status, const char *link)
{
	switch (status->st_mode & S_IFMT) {
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
		return is_terminal(status->st_rdev) ? FILE_TYPE_TTY : FILE_TYPE_DEVICE;
	default:
		return anonymous_type_of(link);
	}
}

/* `end` is terminated; PATH_BYTES of room lie before it. */
static const char *link_of(int descriptor, char *end)
{
	return put_text(put_number(end, (uint32_t)descriptor), KERNEL_DESCRIPTOR_FOLDER);
}

enum file_type file_type_of(int descriptor)
{
	char path[PATH_BYTES + 1] = "";
	struct stat status;

	if (descriptor == FILE_IS_SOCKET)
		return FILE_TYPE_SOCKET;
	if (descriptor < 0 || kernel_is_forbidden() ||
	    KERNEL_CALL(newfstatat, descriptor, "", &status, AT_EMPTY_PATH) != 0)
		return FILE_TYPE_NONE;
	return type_of(&status, link_of(descriptor, path + PATH_BYTES));
}

enum file_type file_type_of_other(uint32_t tid, int descriptor)
{
	char path[PATH_BYTES + 1] = "";
	struct stat status;
	const char *link;

	if (descriptor == FILE_IS_SOCKET)
		return FILE_TYPE_SOCKET;
	if (descriptor < 0 || kernel_is_forbidden())
		return FILE_TYPE_NONE;
	link = put_text(put_number(put_text(put_number(path + PATH_BYTES, (uint32_t)descriptor), "/fd/"), tid),
			"/proc/self/task/");
	return KERNEL_CALL(newfstatat, AT_FDCWD, link, &status, 0) == 0 ? type_of(&status, link) : FILE_TYPE_NONE;
}
