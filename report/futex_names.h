/* SPDX-License-Identifier: MIT */
/* futex_names: was a wake of a word the release of a lock? Decided by the names of who waited, then by those of who woke, then by
 * what was seen of the word (sampling/futex_locks.h).
 *
 * The list of names is futex_names.def.
 */
#ifndef CONTEND_FUTEX_NAMES_H
#define CONTEND_FUTEX_NAMES_H

#include <stdbool.h>

#include "symbols.h"

/* sample: of kind WAIT_FUTEX or WAIT_FUTEX_LOCK. uses: symbols_count bytes, zeroed before the first call and kept: what was found
 * out about each name. */
bool futex_names_is_lock(const struct symbols *symbols, const struct snapshot_sample *sample, uint8_t *uses);

#endif
