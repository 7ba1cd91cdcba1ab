/* SPDX-License-Identifier: MIT */
/* path: parts of the names of files, as text. */
#ifndef CONTEND_PATH_H
#define CONTEND_PATH_H

#include <string.h>

/* The last part, without its directories; "" if the path ends with a slash. Points into `path`. */
static inline const char *path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

#endif
