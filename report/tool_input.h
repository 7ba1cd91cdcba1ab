/* SPDX-License-Identifier: MIT */
/* tool_input: what a user names on a command line becomes profiles. All commands that read profiles take the same:
 *
 *   FILE      a profile, gzip'd or not, whose sample types are contentions and delay (and maximum), ours or Go's, or those of holds
 *   PID       a profiled process, alive or dead (a file of such a name is ./4711)
 *   REGION    the file of a region, wherever it lies, told by its first bytes
 *   -         a profile on standard input
 *
 * Called from   the tool. One at a time: the private heap is not locked.
 * Complaints    each failure is said on standard error, in one line that names what was named.
 * Guaranteed    whatever the file: every sample has two values, contentions and ns of delay, or three (enum tool_value); every index and
 *               id is within bounds; ids of mappings, functions and locations are their positions, from 1 (location[id - 1]);
 *               mapping_id may be 0, a location may have no line, a sample no location. Values may be negative (differences).
 */
#ifndef CONTEND_TOOL_INPUT_H
#define CONTEND_TOOL_INPUT_H

#include <stdbool.h>
#include <sys/types.h>

#include "arena.h"
#include "profile.pb-c.h"
#include "sample_table.h"
#include "snapshot_names.h"
#include "tool_look.h"

/* The last in profiles that have a maximum only: n_value tells. */
enum tool_value { TOOL_VALUE_COUNT, TOOL_VALUE_DELAY_NS, TOOL_VALUE_LONGEST_NS };

enum { TOOL_INPUT_ALL = (1 << PROFILE_COUNT) - 1, TOOL_INPUT_UNKNOWN = -1 };

struct tool_input_order {
	unsigned wanted; /* bit N: profile N of a process or region; a file's one profile is always taken */
	bool keeps_look; /* input->look stays, of a process or region */
	bool lines;      /* with files, lines and inlined functions where they lack; may take seconds (symbolize.h) */
};

struct tool_profile {
	int which;                     /* enum profile; TOOL_INPUT_UNKNOWN if a file does not tell (Go's) */
	const char *kind;              /* "mutex", "block", "wake"; "contention" if unknown */
	struct snapshot_values values; /* what its values are called */
	Perftools__Profiles__Profile *message;
};

/* All zero: none. At least one profile after success. */
struct tool_input {
	const char *name; /* the file as it was named, or "process 4711 (server)"; fit to be printed */
	pid_t pid;        /* 0: a file */
	size_t count;
	struct tool_profile profiles[PROFILE_COUNT];
	struct arena arena;                     /* of messages that were built, or got lines */
	Perftools__Profiles__Profile *unpacked; /* the message that was read */
	struct tool_look look;                  /* all zero unless it was wanted */
};

/* TOOL_OK; TOOL_FAILED after a complaint. */
int tool_input_read(const char *named, const struct tool_input_order *order, struct tool_input *out_input);

void tool_input_free(struct tool_input *input);

#endif
