/* SPDX-License-Identifier: MIT */
/* debug_lines: which source lines the code at a position of an object comes from, inlined functions included, as its DWARF says.
 *
 * Called from   the process that reads debug information (debug_helper), because libdw trusts what it reads more than we do.
 * Finds         DWARF in the object, in its separate debug file (build id, .gnu_debuglink, debuginfod where DEBUGINFOD_URLS is
 *               set), in .dwo files and in dwz's shared file.
 */
#ifndef CONTEND_DEBUG_LINES_H
#define CONTEND_DEBUG_LINES_H

#include <sys/types.h>

#include "debug_file.h"

/* One function at an address. Texts are valid during the visit. */
struct debug_frame {
	const char *name;        /* mangled if the compiler says so; "" if it is not known */
	const char *system_name; /* the same; or, where `name` was made from several, the function's alone */
	const char *file;
	uint32_t line;
	uint32_t start_line; /* of the function; 0: not known, or in another file */
	bool is_last;        /* the function that was compiled; those before it were inlined into it */
};

struct debug_lines;

/* Whose files are read. The process is not what it was afterwards: debug_lines_open may change its root and its user. */
struct debug_view {
	const char *
		root; /* where objects are: "", or /proc/PID/root, which may be another system's, or a hostile user's */
	uid_t reader; /* if we are root: nothing is opened that this user may not open */
};

/* NULL: nothing is known about this object. */
struct debug_lines *debug_lines_open(const struct debug_view *view, const struct debug_object *object);

/* Visits the functions at a position, innermost first; none if its line is not known. */
void debug_lines_find(const struct debug_lines *lines, uint64_t position,
		      void (*found)(const struct debug_frame *frame, void *argument), void *argument);

#endif
