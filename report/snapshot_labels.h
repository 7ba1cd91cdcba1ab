/* SPDX-License-Identifier: MIT */
/* snapshot_labels: the labels that a program gave its threads, for the samples of a snapshot.
 *
 * Called from   snapshot_take (copy), and who writes samples.
 * Trust         none: the sets of a region are checked when they are copied; what makes no sense means nothing.
 */
#ifndef CONTEND_SNAPSHOT_LABELS_H
#define CONTEND_SNAPSHOT_LABELS_H

#include "snapshot.h"

/* 0 or -ENOMEM. */
int snapshot_labels_copy(struct snapshot *snapshot, const struct label_table *labels);

/* The labels of a set, in the order of their keys, each key once, with the value that was given last. How many. */
size_t snapshot_labels_list(const struct snapshot *snapshot, uint32_t set,
			    const struct snapshot_label *out_labels[LABELS_DEPTH_LIMIT]);

#endif
