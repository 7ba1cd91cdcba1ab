/* SPDX-License-Identifier: MIT */
/* losses: one counter for each way in which data is lost or cut. What is lost is counted, and every report shows it.
 *
 * Called from   anywhere, signal handlers included.
 * Memory        in the region; before there is one, nothing is counted.
 * Concurrency   relaxed atomic adds; a reader may see one loss before another. No mutual exclusion is required.
 */
#ifndef CONTEND_LOSSES_H
#define CONTEND_LOSSES_H

#include <stdatomic.h>
#include <stdint.h>

enum loss {
#define LOSS(identifier, words) identifier,
#include "losses.def"
#undef LOSS
	LOSS_COUNT
};

struct losses {
	_Atomic uint64_t events[LOSS_COUNT];
};

/* From now on losses are counted in `losses` (zeroed memory of the region). */
void losses_init(struct losses *losses);

void losses_add(enum loss loss);
void losses_add_many(enum loss loss, uint64_t events);

/* The words that reports print for a loss. */
const char *losses_words(enum loss loss);

#endif
