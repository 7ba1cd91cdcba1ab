/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stddef.h>

#include "processor.h"
#include "shown.h"
#include "snapshot_waits_parts.h"
#include "sort.h"

static uint32_t used_records(const struct region_file *file)
{
	const struct thread_table *threads = &file->region->threads;
	uint32_t used = atomic_load_explicit(&threads->used, memory_order_relaxed);

	return used < threads->limit ? used : threads->limit;
}

/* Of a process that is gone: when the last wait began that is known of, up to an instant that it cannot have lived to. */
static uint64_t last_instant(const struct region_file *file, uint64_t limit_ticks)
{
	uint64_t last_ticks = 0;

	for (uint32_t record = 0; record < used_records(file); record++)
		for (int i = 0; i < THREAD_WAITS; i++) {
			uint64_t since_ticks = snapshot_waits_record(file, record)->waits[i].waiter.since_ticks;

			if (since_ticks > last_ticks && since_ticks <= limit_ticks)
				last_ticks = since_ticks;
		}
	return last_ticks;
}

static bool is_on_clock(const struct region_header *header, const struct snapshot_moment *moment)
{
	return header->clock_source == moment->clock_source && header->boot_id[0] == moment->boot_id[0] &&
	       header->boot_id[1] == moment->boot_id[1];
}

static void find_limits(const struct region_file *file, const struct snapshot_moment *moment,
			struct snapshot_waits *waits)
{
	const struct region_header *header = &file->region->header;
	bool is_comparable = is_on_clock(header, moment);
	uint64_t last_ticks;

	waits->is_in_use =
		moment->is_present && is_comparable && !atomic_load_explicit(&header->closed, memory_order_relaxed);
	waits->before_ticks = atomic_load_explicit(&header->shown_until_ticks, memory_order_relaxed);
	waits->until_ticks = moment->anchor.ticks;
	if (waits->is_in_use)
		return;
	last_ticks = last_instant(file, is_comparable ? moment->anchor.ticks : UINT64_MAX);
	waits->until_ticks = last_ticks > waits->before_ticks ? last_ticks : waits->before_ticks;
}

/* What is read here may be of two waits: then none of them is there when it is looked at again. (That the sanitizer cannot know.) */
static __attribute__((no_sanitize("thread"))) struct thread_wait copy_wait(const struct thread *thread, uint32_t index)
{
	return thread->waits[index];
}

static void find_in_record(struct snapshot_waits *waits, uint32_t record)
{
	const struct thread *thread = snapshot_waits_record(waits->file, record);
	uint32_t depth = __atomic_load_n(&thread->wait_depth, __ATOMIC_ACQUIRE);

	for (uint32_t i = 0; i < depth && i < THREAD_WAITS; i++) {
		struct thread_wait wait = copy_wait(thread, i);
		uint32_t unit = thread_wait_unit(&wait);

		if (!snapshot_waits_is_due(waits, &wait, waits->until_ticks))
			continue;
		if (unit)
			waits->waits[waits->count++] = (struct snapshot_wait){.since_ticks = wait.waiter.since_ticks,
									      .unit = unit,
									      .record = record,
									      .sequence = wait.sequence,
									      .index = i};
		else
			waits->without_stack++;
	}
}

/* By units, so that a sample's waits are found together. */
static int sort_waits(struct snapshot_waits *waits, struct arena *arena)
{
	uint64_t *keys = arena_alloc_array(arena, waits->count, sizeof(*keys));
	struct snapshot_wait *sorted = arena_alloc_array(arena, waits->count, sizeof(*sorted));

	if (!keys || !sorted)
		return -ENOMEM;
	for (size_t i = 0; i < waits->count; i++)
		keys[i] = (uint64_t)waits->waits[i].unit << 32 | i;
	sort_words(keys, waits->count);
	for (size_t i = 0; i < waits->count; i++)
		sorted[i] = waits->waits[(uint32_t)keys[i]];
	waits->waits = sorted;
	return 0;
}

/* In the region itself, or in the copy and in the file that it was made of. */
static void raise_shown(const struct snapshot_waits *waits)
{
	_Atomic uint64_t *shown = &waits->file->region->header.shown_until_ticks;
	uint64_t before_ticks = waits->before_ticks;

	while (before_ticks < waits->until_ticks &&
	       !atomic_compare_exchange_weak_explicit(shown, &before_ticks, waits->until_ticks, memory_order_relaxed,
						      memory_order_relaxed))
		;
	if (!region_file_is_memory(waits->file))
		region_file_write_shown(waits->file);
}

/* What another CPU has stored before it read the clock may be on its way for some hundred ns. */
static void let_stores_come(void)
{
	for (int i = 0; i < 1000; i++)
		processor_pause();
}

int snapshot_waits_find(const struct region_file *file, const struct snapshot_moment *moment, double ns_per_tick,
			struct arena *arena, struct snapshot_waits *out_waits)
{
	struct snapshot_waits waits = {.file = file, .least_ticks = (uint64_t)(SHOWN_LEAST_NS / ns_per_tick)};
	uint32_t records = used_records(file);
	int error;

	find_limits(file, moment, &waits);
	waits.waits = arena_alloc_array(arena, (size_t)records * THREAD_WAITS, sizeof(*waits.waits));
	if (!waits.waits)
		return -ENOMEM;
	for (uint32_t record = 0; record < records; record++)
		find_in_record(&waits, record);
	error = sort_waits(&waits, arena);
	if (error)
		return error;
	if (waits.is_in_use && waits.count) {
		raise_shown(&waits);
		let_stores_come();
	}
	*out_waits = waits;
	return 0;
}
