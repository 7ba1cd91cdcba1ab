/* SPDX-License-Identifier: MIT */
/* snapshot_frames: the frames of a snapshot's samples, and the objects whose code they lie in. For snapshot.c. */
#ifndef CONTEND_SNAPSHOT_FRAMES_H
#define CONTEND_SNAPSHOT_FRAMES_H

#include "modules.h"
#include "snapshot.h"

/* frames: the sample's own copy. Puts the waiter's frames behind all others, without what announced them. */
void snapshot_frames_split(struct snapshot_sample *sample, uint64_t *frames);

/* Copies the objects. -ENOMEM. */
int snapshot_frames_modules(struct snapshot *snapshot, const struct modules *modules);

/* Frames that are in no object become unknown code: they come from a table that the profiled program could write to. */
void snapshot_frames_check(struct snapshot *snapshot);

#endif
