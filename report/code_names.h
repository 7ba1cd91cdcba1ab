/* SPDX-License-Identifier: MIT */
/* code_names: what people call the code at some addresses, functions, files, lines, what was inlined; and locks.
 *
 * Called from   the tool; the library does not have it.
 * How           the frames become the one stack of a profile, which gets its names and lines as every profile does.
 * Memory        private heap, given back by code_names_free.
 */
#ifndef CONTEND_CODE_NAMES_H
#define CONTEND_CODE_NAMES_H

#include "snapshot_locks.h"
#include "symbolize.h"
#include "tool_look.h"

/* All zero: none. */
struct code_names {
	struct arena arena;
	Perftools__Profiles__Profile *profile;
	const char **locks;    /* texts, as lock_texts.h has them */
	size_t failed_objects; /* whose debug information could not be read to its end */
};

/* One function at an address. */
struct code_name {
	const char *function; /* as the compiler spells it; object+0xaddress where it is not known */
	const char *file;     /* "" if it is not known, and then there is no line */
	int64_t line;
	bool is_inlined; /* into the next one */
};

struct code_names_order {
	const struct tool_look *look; /* of the process whose code it is */
	const struct snapshot_module *modules;
	size_t module_count;
	const uint64_t *frames; /* of these modules */
	size_t count;
	const struct snapshot_lock *locks; /* their frames, too, are of these modules */
	size_t lock_count;
	struct source_lines *lines; /* NULL: no files and lines */
};

/* 0 or -ENOMEM. */
int code_names_find(const struct code_names_order *order, struct code_names *out_names);

void code_names_free(struct code_names *names);

/* Function `number` at an address, from 0, the innermost. False: there are no more; there is one, if the address was among the frames. */
bool code_names_at(const struct code_names *names, uint64_t address, size_t number, struct code_name *out_name);

#endif
