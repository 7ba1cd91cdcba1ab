/* SPDX-License-Identifier: MIT */
/* dump: a snapshot becomes files, one for each profile that it keeps.
 *
 * Called from   the helper thread, process exit, the tool, the signal handler of a single-threaded process. One at a
 *               time.
 * Files         <name>.mutex.pb.gz and so on, mode 0600; named when they are whole (new_file.h), all or none. Nothing is
 *               overwritten: where a name exists, the next sequence number is taken (a pattern without %n gets
 *               .<number> added). One descriptor suffices.
 * On failure    -errno; nothing is left. The samples stay where they are, for another dump.
 */
#ifndef CONTEND_DUMP_H
#define CONTEND_DUMP_H

#include "snapshot.h"

enum { DUMP_PATH_BYTES = 4096 };

struct dump_request {
	const char *pattern;   /* as CONTEND_OUT */
	const char *directory; /* where relative names go; "" for the current one */
	const char *root;      /* where objects are looked for: "" or /proc/PID/root */
};

struct dump_result {
	uint32_t next_sequence;                     /* number for the next dump */
	char paths[PROFILE_COUNT][DUMP_PATH_BYTES]; /* "" for a profile that is not kept */
	uint64_t bytes[PROFILE_COUNT];
};

/* Snapshot to files. *out_result is large: keep it off small stacks. */
int dump_write(const struct snapshot *snapshot, const struct dump_request *request, struct dump_result *out_result);

/* The same with profiles that are packed already (profile_file_pack): one for each that the snapshot keeps. They stay the
 * caller's; request->root does not matter. */
struct dump_packed {
	uint8_t *bytes;
	size_t count;
};

int dump_write_packed(const struct snapshot *snapshot, const struct dump_request *request,
		      const struct dump_packed packed[PROFILE_COUNT], struct dump_result *out_result);

/* This process's own region, to files of those names (NULL: as it says itself, and the sequence number in it is counted up). */
int dump_region(struct region *region, const char *pattern, struct dump_result *out_result);

#endif
