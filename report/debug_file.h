/* SPDX-License-Identifier: MIT */
/* debug_file: the file that tells about the code of one mapped object, if it is the very object that was mapped.
 *
 * Called from   the process that reads debug information (debug_helper). malloc, libelf, the network.
 * Trust         a file whose build id is another one is none.
 */
#ifndef CONTEND_DEBUG_FILE_H
#define CONTEND_DEBUG_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include <libelf.h>

/* A segment of code of an object; what lies in it is told by its position in the object's file. */
struct debug_object {
	const char *path;
	const char *build_id; /* hexadecimal; "" if it has none */
	uint64_t file_offset; /* where the segment begins */
};

/* All zero: none. */
struct debug_file {
	int descriptor;
	char *path;
	bool is_object; /* else a separate debug file, whose offsets are not the object's */
};

/* The object itself, or its separate debug file by build id, both below `root`. What separate file belongs to an object that is
 * there, libdwfl finds by itself. False: there is none. The descriptor is the caller's. */
bool debug_file_find(const char *root, const struct debug_object *object, struct debug_file *out_file);

/* By build id alone: a separate debug file of this system, or of debuginfod, only where DEBUGINFOD_URLS is set. */
bool debug_file_find_by_id(const struct debug_object *object, struct debug_file *out_file);

/* Build ids may be cut (a region keeps the first bytes only), and then agree as far as they go. An object without one may be
 * any file without one. */
bool debug_file_has_build_id(Elf *elf, const char *build_id);

/* What must be added to a position to get the object's own address; false if it cannot be told. */
bool debug_file_find_shift(Elf *elf, const struct debug_object *object, bool is_object, uint64_t *out_shift);

#endif
