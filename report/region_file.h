/* SPDX-License-Identifier: MIT */
/* region_file: the region of another process, alive or dead, from its file.
 *
 * Called from   the tool and tests.
 * Reading       a private copy made with pread, not a mapping: a file that shrinks gives an error and not a SIGBUS,
 *               and holes stay holes (a read fault in a mapped tmpfs hole would take memory). Each page is read until
 *               two reads agree, so it is what the page was at one instant although its owner goes on recording. The threads
 *               are read first: a wait that ends meanwhile is in them or in its sample, or in both, but not in neither.
 * Memory        one anonymous mapping of the region's size, of which only data takes memory.
 */
#ifndef CONTEND_REGION_FILE_H
#define CONTEND_REGION_FILE_H

#include <stddef.h>
#include <sys/types.h>

#include "region.h"

/* All zero: none. */
struct region_file {
	struct region *region;
	size_t bytes;
	uid_t owner;    /* of the file */
	int descriptor; /* for reading, while there is a region; -1: it is memory */
};

/* A region in memory that is never freed by region_file_free: this process's own, which changes all the time, or one of a test. */
static inline struct region_file region_file_of_memory(const struct region *region, size_t bytes)
{
	return (struct region_file){.region = (struct region *)region, .bytes = bytes, .descriptor = -1};
}

static inline bool region_file_is_memory(const struct region_file *file)
{
	return file->descriptor < 0;
}

/* No link is followed. -errno of open and read; -EINPROGRESS: one that its process has not finished making; -EBADMSG: no
 * region file, or one that is not as long as it says; -EPROTO: another version of the layout; -EFBIG: larger than any region. */
int region_file_read(const char *path, struct region_file *out_file);

/* The same for a path from an open directory (or AT_FDCWD). */
int region_file_read_at(long directory, const char *path, struct region_file *out_file);

/* Reads the very file once more that `file` was read from, whatever lies under its name now: what a process recorded up to its
 * end, even if it has removed its region since. Both are freed on their own. */
int region_file_read_again(const struct region_file *file, struct region_file *out_file);

/* A descriptor for writing to the very file that was read, whatever lies under its name now; -errno. For moments: as long as it is
 * open, nobody can tell that the process is dead. */
int region_file_open_to_write(const struct region_file *file);

/* Write a field of the header, which the copy has changed, back into the very file that was read, whatever lies under its
 * name now; its owner may go on recording. Where that is not allowed nothing happens. */
void region_file_write_clock(const struct region_file *file);
void region_file_write_shown(const struct region_file *file);

void region_file_free(struct region_file *file);

#endif
