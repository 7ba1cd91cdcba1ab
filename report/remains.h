/* SPDX-License-Identifier: MIT */
/* remains: the temporary files that dumps of a process left when it was killed in the middle of one.
 *
 * Called from   the tool; the library does not have it.
 * Removed       only what nobody else can have made or still uses: regular files of ours, mode 0600, with one name, which dumps of
 *               that process would have called so, where they would have put them; and no process of that number lives.
 */
#ifndef CONTEND_REMAINS_H
#define CONTEND_REMAINS_H

#include "region.h"

/* Returns how many files were removed. The process of that region must be dead. */
unsigned remains_remove(const struct region_header *header);

#endif
