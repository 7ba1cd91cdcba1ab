/* SPDX-License-Identifier: MIT */
/* mappings: the memory of a process as its /proc/PID/maps tells of it.
 *
 *   FILE *maps = mappings_open(pid);
 *   while (mappings_next(maps, &mapping))
 *           ...
 *   mappings_close(maps);
 */
#ifndef CONTEND_TESTS_MAPPINGS_H
#define CONTEND_TESTS_MAPPINGS_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

struct mapping {
	uint64_t begin, end;
	uint64_t offset; /* in its file */
	char kind[5];    /* as "r-xp" */
	char path[4096]; /* "": none */
};

/* NULL: that process is not there. */
static inline FILE *mappings_open(int pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	return fopen(path, "re");
}

/* False: there is no more. maps may be NULL. */
static inline bool mappings_next(FILE *maps, struct mapping *out_mapping)
{
	char line[sizeof(out_mapping->path) + 256];

	out_mapping->path[0] = '\0';
	return maps && fgets(line, sizeof(line), maps) &&
	       sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %*s %*s %4095s", &out_mapping->begin,
		      &out_mapping->end, out_mapping->kind, &out_mapping->offset, out_mapping->path) >= 4;
}

static inline void mappings_close(FILE *maps)
{
	if (maps)
		fclose(maps);
}

#endif
