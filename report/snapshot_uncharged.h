/* SPDX-License-Identifier: MIT */
/* snapshot_uncharged: lock waiting that goes on, and that no release and no present holder (held_locks.h) has been charged with yet.
 *
 * Called from   snapshot.c. The region's layout was checked.
 * Concurrency   threads come, go and release meanwhile: a number for people, to tell why a profile has less than was waited.
 */
#ifndef CONTEND_SNAPSHOT_UNCHARGED_H
#define CONTEND_SNAPSHOT_UNCHARGED_H

#include "region.h"

/* In ticks, up to that instant. Of words of which nobody knows yet whether they are locks: nothing. */
uint64_t snapshot_uncharged_ticks(const struct region *region, uint64_t until_ticks);

#endif
