/* SPDX-License-Identifier: MIT */
/* descriptor: two questions about files that are not ours alone.
 *
 * Is it still what was opened? Programs close descriptors by their numbers, ours among them, and then use the numbers
 * themselves: what we do with a descriptor later must not be done to a file of theirs.
 * Is it a file at all? A path that somebody else wrote may lead to a pipe, where opening waits, or to a device, where it
 * does things.
 *
 * Called from   wherever reports are made; safe in signal handlers.
 */
#ifndef CONTEND_DESCRIPTOR_H
#define CONTEND_DESCRIPTOR_H

#include <stdbool.h>
#include <sys/stat.h>

struct descriptor_target {
	dev_t device;
	ino_t inode;
};

/* What it leads to: 0 or -errno. */
int descriptor_target(long descriptor, struct descriptor_target *out_target);

bool descriptor_leads_to(long descriptor, const struct descriptor_target *target);

/* Closes it if it still leads there; 0, or -errno of close. */
int descriptor_close(long descriptor, const struct descriptor_target *target);

/* Opens a regular file; `flags` are O_RDONLY or O_RDWR, O_NOFOLLOW. Nothing else is opened, not even if somebody puts it
 * there just now: -EINVAL. The path is as a process sees it whose root directory is `root` ("" for our own): nothing outside of it
 * is opened, wherever links and ".." lead. That needs Linux 5.6; before, -ENOSYS. Else a descriptor, closed on exec, or -errno. */
long descriptor_open_regular(const char *root, const char *path, int flags, struct stat *out_status);

#endif
