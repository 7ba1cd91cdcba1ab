/* SPDX-License-Identifier: MIT */
/* tool_metrics: what regions say, as numbers in Prometheus' text format: the counterpart of Go's runtime/metrics.
 *
 * Called from   the tool.
 * Labels        pid and program; profile and kind; reason. Their values are bounded: by the processes that live, and by our lists.
 */
#ifndef CONTEND_TOOL_METRICS_H
#define CONTEND_TOOL_METRICS_H

#include <stdio.h>

#include "losses.h"
#include "tool_processes.h"

/* Of one process. */
struct metrics_row {
	pid_t pid;
	char program[NAME_MAX + 1];
	int64_t started_wall_ns;
	uint32_t profiles, mutex_fraction;
	int64_t block_rate_ns;
	struct metrics_total {
		int64_t count, delay_ns;
	} totals[PROFILE_COUNT][WAIT_KIND_COUNT];
	int64_t handoff_ns;
	struct snapshot_overhead overhead;
	uint64_t losses[LOSS_COUNT];
	uint64_t memory_bytes, samples_bytes, samples_limit_bytes;
	size_t stacks;
	unsigned threads;
	unsigned waiters[WAIT_KIND_COUNT]; /* now */
};

void tool_metrics_read(const struct process *process, struct metrics_row *out_row);

void tool_metrics_write(const struct metrics_row *rows, size_t count, FILE *out);

#endif
