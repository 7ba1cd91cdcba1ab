/* SPDX-License-Identifier: MIT */
/* symbolize: profiles get files, line numbers and inlined functions.
 *
 * Called from   the tool; the library does not have it. May take seconds (source_lines.h).
 * Changes       only locations without a line number, in mappings whose object is at hand and has debug information. Such a
 *               location gets a line for each inlined function, innermost first, and keeps the name of its function, unless
 *               that is only an address. Mappings, samples, labels, comments: as they are.
 * Ids           of functions are positions again, each function once; profiles must come with ids that are positions
 *               (profile_ids.h).
 * Memory        private heap; the new messages live in `arena` and share what did not change with the old ones, which must
 *               live as long.
 */
#ifndef CONTEND_SYMBOLIZE_H
#define CONTEND_SYMBOLIZE_H

#include <stddef.h>

#include "arena.h"
#include "profile.pb-c.h"
#include "source_lines.h"

struct symbolize_order {
	struct debug_view view; /* where objects are, and who may read them */
	struct arena *arena;
	struct source_lines *lines; /* what is known already, and will be */
};

/* Of all profiles together. */
struct symbolize_result {
	size_t locations; /* with an address */
	size_t had_lines; /* before */
	size_t got_lines;
	size_t failed_objects; /* whose debug information could not be read to its end */
};

/* Replaces those of the `count` messages that are not NULL. 0; -ENOMEM, and none is replaced. */
int symbolize_profiles(Perftools__Profiles__Profile **profiles, size_t count, const struct symbolize_order *order,
		       struct symbolize_result *out_result);

#endif
