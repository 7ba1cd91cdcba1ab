/* SPDX-License-Identifier: MIT */
/* ending: does the process that a region is about still live, and if not, what ended it, as far as that can be known?
 *
 * Called from   the tool; the library does not have it.
 * Asks          the region (what the process said itself), whether anybody has it mapped (the kernel grants a lease on a file only
 *               while nobody can write it), /proc, the kernel's log, the cores that systemd-coredump keeps. What may not be
 *               read is passed over.
 */
#ifndef CONTEND_ENDING_H
#define CONTEND_ENDING_H

#include "ending_clues.h"
#include "region_file.h"
#include "region_search.h"

enum ending_life {
	ENDING_ALIVE,
	ENDING_DEAD,
	ENDING_ELSEWHERE, /* of another pid namespace, and somebody has the region mapped: not for us to say */
};

struct ending {
	enum ending_life life;
	bool has_written;               /* its last dump was written: the region holds nothing that is missed */
	char words[ENDING_WORDS_BYTES]; /* of one that is dead: why; else "" */
};

void ending_find(const struct region_place *place, const struct region_file *file, struct ending *out_ending);

/* Has anybody the region mapped? To be asked after what is to be known of it was read. Where it cannot be told: true. */
bool ending_is_in_use(const struct region_file *file);

/* Did the process that began to make a region die before it was one? */
bool ending_is_stillborn(const struct region_place *place);

#endif
