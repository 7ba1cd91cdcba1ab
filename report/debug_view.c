/* SPDX-License-Identifier: MIT */
#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "debug_view.h"

enum { GROUP_NOBODY = 65534 };

/* The root directory may be ours (as /proc/PID/root shows it), and the mounts below it others. */
static bool has_our_mounts(const char *root)
{
	char path[PATH_MAX], theirs[64], ours[64];
	ssize_t length, our_length = readlink("/proc/self/ns/mnt", ours, sizeof(ours));

	snprintf(path, sizeof(path), "%.*s/ns/mnt", (int)(strrchr(root, '/') - root), root);
	length = readlink(path, theirs, sizeof(theirs));
	return length < 0 || (length == our_length && memcmp(theirs, ours, (size_t)length) == 0);
}

bool debug_view_is_elsewhere(const struct debug_view *view)
{
	struct stat theirs, ours;

	if (!view->root[0])
		return false;
	if (stat(view->root, &theirs) != 0 || stat("/", &ours) != 0)
		return true;
	return theirs.st_dev != ours.st_dev || theirs.st_ino != ours.st_ino || !has_our_mounts(view->root);
}

/* Nothing may be loaded from there into this process: a client of debuginfod would bring its name service with it. */
static bool enter_root(const char *root)
{
	unsetenv("DEBUGINFOD_URLS");
	return chroot(root) == 0 && chdir("/") == 0;
}

static bool become(uid_t reader)
{
	if (geteuid() != 0 || reader == 0)
		return true;
	return setgroups(0, NULL) == 0 && setresgid(GROUP_NOBODY, GROUP_NOBODY, GROUP_NOBODY) == 0 &&
	       setresuid(reader, reader, reader) == 0;
}

bool debug_view_enter(const struct debug_view *view, bool is_elsewhere)
{
	bool is_inside = !is_elsewhere || enter_root(view->root);

	return become(view->reader) && is_inside;
}
