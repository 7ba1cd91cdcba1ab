/* SPDX-License-Identifier: MIT */
/* The thread records. */
#include <stddef.h>
#include <string.h>

#include "file_type.h"
#include "heap.h"
#include "region_check_parts.h"
#include "sort.h"

static uint32_t thread_tid_of(const struct thread *thread)
{
	return atomic_load_explicit(&thread->tid, memory_order_relaxed);
}

static void check_numbers(struct region_check *check)
{
	const struct thread_table *threads = &check->region->threads;
	uint32_t reserved = atomic_load_explicit(&threads->reserved, memory_order_relaxed);
	uint32_t used = atomic_load_explicit(&threads->used, memory_order_relaxed);

	region_check_that(check, reserved <= check->layout.threads.limit, "threads: %u records reserved of %u",
			  reserved, check->layout.threads.limit);
	region_check_that(check, used <= check->layout.threads.limit, "threads: %u records used of %u", used,
			  check->layout.threads.limit);
	if (region_check_is_still(check))
		region_check_that(check, used <= reserved, "threads: %u records used, %u reserved", used, reserved);
}

/* A thread that has its record has set it up. */
static void check_owned(struct region_check *check, const struct thread *thread, uint32_t index)
{
	region_check_that(check, thread->frame_limit == check->region->header.depth,
			  "thread record %u: stacks of %u frames, not %u", index, thread->frame_limit,
			  check->region->header.depth);
	region_check_that(check, thread->stack.low_address <= thread->stack.high_address,
			  "thread record %u: its stack ends before it begins", index);
}

const struct sample *region_check_sample_at(const struct region_check *check, uint32_t unit)
{
	uint64_t at = offsetof(struct region, samples) + (uint64_t)unit * SAMPLE_UNIT_BYTES;

	if (at < check->layout.arena_begin || at + sizeof(struct sample) > check->layout.records_begin)
		return NULL;
	return (const struct sample *)((const char *)check->region + at);
}

/* What a slot says that was ever used. */
static void check_slot(struct region_check *check, uint32_t index, const struct thread_wait *wait)
{
	uint32_t unit = (uint32_t)atomic_load_explicit(&wait->stack, memory_order_relaxed);

	region_check_that(check, wait->kind < WAIT_KIND_COUNT, "thread record %u: a wait of kind %u", index,
			  wait->kind);
	region_check_that(check, region_check_has_lock(check, wait->lock), "thread record %u: waits for no lock (%u)",
			  index, wait->lock);
	region_check_that(check, atomic_load_explicit(&wait->is_ending, memory_order_relaxed) <= 1,
			  "thread record %u: a wait neither ends nor not", index);
	region_check_that(check, wait->file >= FILE_IS_SOCKET, "thread record %u: a wait for descriptor %d", index,
			  wait->file);
	region_check_that(check, !unit || region_check_sample_at(check, unit),
			  "thread record %u: a wait whose stack is in no sample", index);
}

/* What a wait in progress says. Where the samples were given back, its own is gone. */
static void check_progress(struct region_check *check, uint32_t index, const struct thread_wait *wait)
{
	uint32_t unit = thread_wait_unit(wait);
	const struct sample *sample = unit ? region_check_sample_at(check, unit) : NULL;

	region_check_that(check,
			  wait->waiter.since_ticks + REGION_CHECK_SKEW_TICKS >= check->region->header.started.ticks,
			  "thread record %u: waits since before the start", index);
	region_check_that(check, wait->threshold_ticks <= wait->rate_ticks,
			  "thread record %u: a wait is dropped in any case", index);
	region_check_that(check, wait->leaf_address && wait->frame_mark, "thread record %u: waits in no function",
			  index);
	if (sample && sample->depth)
		region_check_that(check, sample->profile == PROFILE_BLOCK && sample->kind == wait->kind,
				  "thread record %u: waits with the stack of another kind of wait", index);
}

static void check_waits(struct region_check *check, uint32_t index, const struct thread *thread)
{
	for (uint32_t i = 0; i < THREAD_WAITS; i++) {
		check_slot(check, index, &thread->waits[i]);
		if (i < thread->wait_depth && region_check_is_still(check))
			check_progress(check, index, &thread->waits[i]);
	}
}

static void check_waited(struct region_check *check, uint32_t index, const struct thread *thread)
{
	uint64_t waited_ticks = 0;

	for (int kind = 0; kind < WAIT_KIND_COUNT; kind++)
		waited_ticks |= thread->waited_ticks[kind];
	region_check_that(check, waited_ticks >> 62 == 0, "thread record %u: more waiting than time", index);
	if (region_check_is_still(check))
		region_check_that(check, thread_tid_of(thread) != 0 || waited_ticks == 0,
				  "thread record %u: nobody's, but has waited", index);
}

/* What it has waited for one lock, and not told yet. */
static void check_lock_waits(struct region_check *check, uint32_t index, const struct lock_waits *waits)
{
	region_check_that(check,
			  region_check_has_lock(check, waits->lock) && waits->kind < WAIT_KIND_COUNT &&
				  (waits->contentions | waits->waited_ticks) >> 62 == 0,
			  "thread record %u: has waited for no lock (%u)", index, waits->lock);
	if (region_check_is_at_rest(check))
		region_check_that(check,
				  waits->longest_ticks <= waits->waited_ticks &&
					  (waits->contentions != 0 || waits->waited_ticks == 0),
				  "thread record %u: one wait for a lock is longer than all", index);
}

static void check_labels(struct region_check *check, uint32_t index, const struct thread *thread)
{
	region_check_that(check, region_check_has_labels(check, thread->labels),
			  "thread record %u: labels that do not exist", index);
	region_check_that(check, memchr(thread->name, '\0', sizeof(thread->name)) != NULL,
			  "thread record %u: its name does not end", index);
	if (region_check_is_still(check))
		region_check_that(check, thread_tid_of(thread) != 0 || (!thread->labels && !thread->labels_lost),
				  "thread record %u: nobody's, but has labels", index);
}

static void check_record(struct region_check *check, uint32_t index)
{
	const struct thread *thread = region_check_record(check, index);
	uint32_t tid = thread_tid_of(thread);

	region_check_that(check, thread->wait_depth <= THREAD_WAITS, "thread record %u: %u waits at a time", index,
			  thread->wait_depth);
	region_check_that(check, thread->frame_limit == 0 || thread->frame_limit == check->region->header.depth,
			  "thread record %u: stacks of %u frames, not %u", index, thread->frame_limit,
			  check->region->header.depth);
	region_check_that(check, atomic_load_explicit(&thread->handoff_ticks, memory_order_relaxed) >> 62 == 0,
			  "thread record %u: more hand-off than time", index);
	region_check_meter(check, index, &thread->meter);
	region_check_holds(check, index, thread);
	check_waits(check, index, thread);
	check_lock_waits(check, index, &thread->lock_waits);
	check_waited(check, index, thread);
	check_labels(check, index, thread);
	check->summary.threads += tid != 0;
	if (!region_check_is_still(check))
		return;
	region_check_that(check, tid != 0 || thread->wait_depth == 0, "thread record %u: nobody's, but waits", index);
	if (tid != 0 && region_check_is_at_rest(check))
		check_owned(check, thread, index);
}

/* Records that were never taken: memory that nobody has touched. */
static void check_unused(struct region_check *check)
{
	uint32_t taken = 0;

	for (uint32_t index = region_check_used_records(check); index < check->layout.threads.limit; index++)
		taken += thread_tid_of(region_check_record(check, index)) != 0;
	check->summary.threads += taken;
	region_check_that(check, !region_check_is_at_rest(check) || !taken,
			  "threads: %u records are taken beyond those that are used", taken);
}

/* A tid that libc did not tell is UINT32_MAX. */
static void check_tids(struct region_check *check)
{
	uint32_t used = region_check_used_records(check), owned = 0;
	uint64_t *tids = heap_alloc_array(used + 1, sizeof(*tids));

	if (!region_check_that(check, tids != NULL, "no memory to compare threads in"))
		return;
	for (uint32_t index = 0; index < used; index++) {
		uint32_t tid = thread_tid_of(region_check_record(check, index));

		if (tid != 0 && tid != UINT32_MAX)
			tids[owned++] = tid;
	}
	sort_words(tids, owned);
	for (uint32_t i = 1; i < owned; i++)
		region_check_that(check, tids[i] != tids[i - 1], "threads: two records are of thread %u",
				  (uint32_t)tids[i]);
	heap_free(tids);
}

void region_check_threads(struct region_check *check)
{
	check_numbers(check);
	for (uint32_t index = 0; index < region_check_used_records(check); index++)
		check_record(check, index);
	check_unused(check);
	if (region_check_is_still(check))
		check_tids(check);
}
