/* SPDX-License-Identifier: MIT */
/* region_search: the regions that lie in the region directory.
 *
 * Called from   the tool and tests; the library does not have it.
 * Trust         a directory is looked into only if it is a real one, its user's own, that nobody else may enter. What lies in it is
 *               opened relative to it, so that nobody can put another one in its place meanwhile. No link is followed.
 * Memory        malloc'ed names; out of memory is a refusal like others.
 */
#ifndef CONTEND_REGION_SEARCH_H
#define CONTEND_REGION_SEARCH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Where a region lies. Valid during the visit. */
struct region_place {
	long directory;   /* descriptor, or AT_FDCWD */
	const char *name; /* from there */
	const char *path; /* for people */
};

struct region_query {
	const char *region_dir;
	pid_t pid;      /* 0: of every process */
	bool all_users; /* or our own only */
};

struct region_visitor {
	void (*found)(const struct region_place *place, void *argument);
	void (*refused)(const char *path, int error,
			void *argument); /* -errno; what cannot be looked into, what is no region */
	void *argument;
};

/* Visits every region, a user's oldest first. Returns how many were found. */
unsigned region_search(const struct region_query *query, const struct region_visitor *visitor);

/* <pid>.<start>.<n>, as regions are named. */
struct region_name {
	pid_t pid;
	uint64_t process_start; /* clock ticks after boot */
	unsigned number;
};

bool region_name_parse(const char *text, struct region_name *out_name);

#endif
