/* SPDX-License-Identifier: MIT */
/* snapshot_delta: what happened between two snapshots of one region.
 *
 * Called from   the tool and tests; the library does not have it.
 * Exact         what a region counts never shrinks, and both snapshots must measure with the same length of a tick (as they do
 *               once snapshot_clock_keep was told of it). Whatever seems to shrink all the same counts as nothing.
 */
#ifndef CONTEND_SNAPSHOT_DELTA_H
#define CONTEND_SNAPSHOT_DELTA_H

#include "snapshot.h"

/* `newer` keeps what is not in `older`: samples, losses, hand-off; it begins when `older` was taken, or with the last reset if there was
 * one in between. What the settings were in between is not known: they stay as they are in `newer`. 0; -ENOMEM, and the values of
 * `newer` are what they were. */
int snapshot_subtract(struct snapshot *newer, const struct snapshot *older);

#endif
