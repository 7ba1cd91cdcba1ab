/* SPDX-License-Identifier: MIT */
/* region_layout: where in a region the tables of variable size lie. It follows from the region's size and the depth of its stacks.
 *
 * Called from   region_create, and readers that check a region. Pure.
 * Sizes         bytes and depth within the bounds that options.def gives for CONTEND_MEMORY and CONTEND_DEPTH.
 */
#ifndef CONTEND_REGION_LAYOUT_H
#define CONTEND_REGION_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "sample_table.h"
#include "thread.h"

/* Samples up to the thread records, those up to the end. Of the tables only what never changes is set. */
struct region_layout {
	struct thread_table threads;
	struct sample_table samples;
	uint64_t arena_begin;   /* from the region's start, as is the next */
	uint64_t records_begin; /* page aligned */
};

/* Are they within those bounds? For readers, which are told a size and a depth by a stranger. */
bool region_layout_exists(uint64_t bytes, uint32_t depth);

struct region_layout region_layout_of(uint64_t bytes, uint32_t depth);

#endif
