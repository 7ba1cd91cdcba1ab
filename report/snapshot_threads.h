/* SPDX-License-Identifier: MIT */
/* snapshot_threads: what the threads of a region add up to: hand-off, and what recording cost them. For snapshot.c. */
#ifndef CONTEND_SNAPSHOT_THREADS_H
#define CONTEND_SNAPSHOT_THREADS_H

#include "snapshot.h"

/* Its ns_per_tick is known. -EBADMSG: more records than there are. */
int snapshot_add_threads(struct snapshot *snapshot, const struct region *region, const struct snapshot_moment *moment);

#endif
