/* SPDX-License-Identifier: MIT */
#include <stddef.h>

#include "region.h"
#include "region_layout.h"

/* One record for so many bytes of region, 1024 threads in the default 8 MiB; but never more than a part of it. */
enum { BYTES_PER_THREAD = 8192, THREADS_PART = 3 };

enum { PAGE_BYTES = 4096 };

/* The bounds of the options. */
enum {
#define OPTION(field, variable, type, fallback, least, most, sentence) LEAST_##field = (least), MOST_##field = (most),
#include "options.def"
#undef OPTION
};

bool region_layout_exists(uint64_t bytes, uint32_t depth)
{
	return bytes >= LEAST_memory_bytes && bytes <= MOST_memory_bytes && depth >= LEAST_depth && depth <= MOST_depth;
}

struct region_layout region_layout_of(uint64_t bytes, uint32_t depth)
{
	uint32_t stride_bytes = thread_record_bytes(depth);
	uint32_t limit = bytes / THREADS_PART / stride_bytes;
	struct region_layout layout;

	if (limit > bytes / BYTES_PER_THREAD)
		limit = bytes / BYTES_PER_THREAD;
	layout.threads = (struct thread_table){.stride_bytes = stride_bytes, .limit = limit};
	layout.records_begin = (bytes - (uint64_t)limit * stride_bytes) & ~(uint64_t)(PAGE_BYTES - 1);
	layout.threads.offset = layout.records_begin - offsetof(struct region, threads);
	sample_table_layout(&layout.samples, layout.records_begin - offsetof(struct region, samples));
	layout.arena_begin = offsetof(struct region, samples) + layout.samples.arena_offset;
	return layout;
}
