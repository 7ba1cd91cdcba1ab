/* SPDX-License-Identifier: MIT */
/* pprof_labels: what a sample of a profile carries beside its stack. `kind` and `fd` of waits, `lock` of those for locks and of
 * releases, `wait` of samples with a delay class: the shortest delay of that class, in nanoseconds. Then those that the program gave
 * its threads, under their own keys (label.KEY where that is one of ours), and as waiter.KEY those of who had waited longest for what
 * was released.
 */
#ifndef CONTEND_PPROF_LABELS_H
#define CONTEND_PPROF_LABELS_H

#include "pprof_builder.h"

/* Writes the labels of `from` to `sample`, which has none. 0 or -ENOMEM. */
int pprof_labels_build(struct pprof_builder *builder, Sample *sample, const struct snapshot_sample *from);

uint64_t pprof_labels_hash(const Sample *sample);

/* Labels come in one order, always. */
bool pprof_labels_equal(const Sample *one, const Sample *other);

#endif
