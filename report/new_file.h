/* SPDX-License-Identifier: MIT */
/* new_file: a file that is written first and named then, never in place of another. Mode 0600, whatever the umask.
 *
 * Unnamed       made with O_TMPFILE: nothing is left of it unless it got a name, even if the process is killed. Keeps its
 *               descriptor until it is closed. Not every file system can; without /proc kernels before 6.10 cannot.
 * Temporary     has a name .contend.<pid>.<n>.tmp in the directory. No descriptor; a killed process leaves it.
 */
#ifndef CONTEND_NEW_FILE_H
#define CONTEND_NEW_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "descriptor.h"

enum { NEW_FILE_PATH_BYTES = 4096 };

enum new_file_way { NEW_FILE_UNNAMED, NEW_FILE_TEMPORARY, NEW_FILE_WAYS };

/* All zero: no file. */
struct new_file {
	enum new_file_way way;
	bool is_there;
	bool is_named;
	long descriptor;                 /* of an unnamed one */
	struct descriptor_target target; /* of that descriptor */
	char temporary[NEW_FILE_PATH_BYTES];
};

/* Makes a file in the directory of `path` and writes it: 0; -errno, there is no file then. What is larger than the process
 * may write, so that a signal would end it, is -EFBIG. */
int new_file_write(enum new_file_way way, const char *path, const uint8_t *bytes, size_t count,
		   struct new_file *out_file);

/* Gives it its name: 0, -EEXIST if the name is taken, or -errno. */
int new_file_name(struct new_file *file, const char *path);

/* Takes the name back. A temporary file can be given another; one that was unnamed cannot, the kernel says -ENOENT then. */
void new_file_unname(struct new_file *file, const char *path);

/* What has no name by now is gone. */
void new_file_close(struct new_file *file);

#endif
