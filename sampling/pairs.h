/* SPDX-License-Identifier: MIT */
/* pairs: who blocked whom. The charge of a release is divided among those that it kept waiting, each with what it has waited since
 * the lock was last charged; what is known of none of them, or came too late, has a frame instead of a stack. So the delays of all
 * pairs of a release are its charge, exactly.
 *
 * Called from   application threads, guard held, signal handlers included; the helper thread. Only with CONTEND_PAIRS=1.
 * Cost          a look at the thread records until all waiters were found, before the release: it lengthens the critical section.
 * Units         ticks; waits are counted, one for each waiter of each release.
 */
#ifndef CONTEND_PAIRS_H
#define CONTEND_PAIRS_H

#include "pairs_parts.h"
#include "sample_table.h"
#include "sampler.h"
#include "waiters.h"

/* Who waits for the lock that was just charged so, before they are let go on. Returns the number of these pairs, never 0. */
uint32_t pairs_find(struct pairs *pairs, const void *lock, const struct waiters_note *note, uint64_t charge_ticks);

/* Adds the pairs of that number; all is of nobody if they are gone. holder: the sample of the mutex profile that was charged. whole: what
 * it was charged with, charge_ticks times scale. */
void pairs_add(const struct pairs *pairs, uint32_t number, const struct sample *holder, uint32_t scale,
	       struct sample_weight whole);

#endif
