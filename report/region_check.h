/* SPDX-License-Identifier: MIT */
/* region_check: is a region what our own code makes of one? Every word that has to fit another one is held against it.
 *
 * Called from   the tool and tests, on the copy that region_file_read makes.
 * Trust         none: whatever the bytes are, nothing faults, and the work is bounded by their number.
 * Memory        private heap, all of it given back.
 * States        what must hold depends on when the copy was made: see enum region_check_state. Each includes the ones before it.
 */
#ifndef CONTEND_REGION_CHECK_H
#define CONTEND_REGION_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "region.h"

enum region_check_state {
	/* The owner went on while it was copied: each page is of another instant, and one that never stood still of several.
	 * What is constant, and what a word says by itself, holds. */
	REGION_CHECK_LIVE,
	/* Nobody wrote while it was copied, but threads may have been stopped (killed) anywhere in our code: what is begun need
	 * not be finished. */
	REGION_CHECK_STILL,
	/* And no thread was in our code: nothing is half done. Threads may wait. */
	REGION_CHECK_REST,
};

struct region_check_summary {
	uint32_t threads; /* that have a record */
	uint32_t waits;   /* in progress */
	uint32_t modules;
	uint32_t frame_rules;
	uint32_t samples; /* with a count or a delay */
	uint32_t stacks;  /* that differ, of these */
	uint64_t events[PROFILE_COUNT];
	uint64_t losses; /* of all ways */
	bool is_emptied; /* its samples were given back when the process ended */
};

/* Calls `fault` with one line, without a newline, for each thing that is wrong; returns how many. What is counted is added up in
 * *out_summary, and is worth something only if nothing is wrong. */
unsigned region_check(const struct region *region, size_t bytes, enum region_check_state state,
		      void (*fault)(const char *line, void *argument), void *argument,
		      struct region_check_summary *out_summary);

#endif
