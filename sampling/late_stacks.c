/* SPDX-License-Identifier: MIT */
#include <stddef.h>

#include "clock.h"
#include "late_stacks.h"
#include "shown.h"
#include "stack.h"
#include "thread_labels.h"
#include "unloading.h"
#include "wait_look.h"

/* The report comes some time after us, and shows what is old enough by then. */
enum { LEAST_NS = SHOWN_LEAST_NS / 2, AHEAD_NS = 5000000 };

static uint64_t frames[SAMPLE_DEPTH_LIMIT];

struct late {
	struct thread *record;
	uint32_t index;
	struct thread_wait wait; /* a copy */
};

static bool is_due(const struct thread_wait *wait)
{
	double ticks_per_ns = clock_ticks_per_ns();
	uint64_t elapsed_ticks = clock_elapsed_ticks(wait->waiter.since_ticks, clock_now_ticks());

	return wait->rate_ticks != 0 && elapsed_ticks >= (uint64_t)(LEAST_NS * ticks_per_ns) &&
	       elapsed_ticks + (uint64_t)(AHEAD_NS * ticks_per_ns) >= wait->threshold_ticks;
}

/* The stack of the wait; 0 frames: it cannot be had. */
static unsigned take_frames(const struct late *late)
{
	unsigned depth = 0;

	if (!unloading_hold())
		return 0;
	if (wait_look_again(late->record, late->index, &late->wait))
		depth = stack_capture_other(late->wait.frame_mark, late->wait.leaf_address, frames,
					    late->record->frame_limit);
	unloading_let_go();
	return wait_look_again(late->record, late->index, &late->wait) ? depth : 0;
}

/* What the wait's own thread would have taken. */
static struct sample *sample_of(const struct late *late)
{
	uint32_t unit = thread_wait_unit(&late->wait);
	struct sample_key key = {.profile = PROFILE_BLOCK,
				 .kind = late->wait.kind,
				 .lock = late->wait.lock,
				 .labels = thread_labels_of(late->record),
				 .frames = frames};

	if (unit)
		key = sample_key_of(sample_table_at(unit));
	else
		key.depth = take_frames(late);
	key.file_type = file_type_of_other(late->record->tid, late->wait.file);
	return key.depth ? sample_table_find(&key) : NULL;
}

/* The owner may have ended the wait, and begun another one, whose stack must stay. */
static void publish(const struct late *late, const struct sample *sample)
{
	uint64_t stack = thread_wait_stack(late->wait.sequence, sample_table_unit(sample));
	uint64_t before = atomic_load_explicit(&late->wait.stack, memory_order_relaxed);

	/* Pairs with thread_wait_unit. */
	atomic_compare_exchange_strong_explicit(&late->record->waits[late->index].stack, &before, stack,
						memory_order_release, memory_order_relaxed);
}

/* Is there anything to be found out? Where a report has shown the wait, there it stays. */
static bool is_wanted(const struct late *late)
{
	const struct thread_wait *wait = &late->wait;

	if (thread_wait_unit(wait) == 0)
		return true;
	return wait->file != -1 && sample_table_at(thread_wait_unit(wait))->file_type == FILE_TYPE_NONE &&
	       !shown_sample(wait, 0);
}

static void take(struct late *late)
{
	const struct sample *sample = is_wanted(late) ? sample_of(late) : NULL;

	if (sample)
		publish(late, sample);
}

void late_stacks_take_of(struct thread *record, uint32_t index)
{
	struct late late = {.record = record, .index = index};

	if (wait_look(record, index, &late.wait))
		take(&late);
}

void late_stacks_take(void)
{
	const struct thread_table *table = thread_table_mine();
	uint32_t used = atomic_load_explicit(&table->used, memory_order_relaxed);
	struct late late;

	for (uint32_t i = 0; i < used; i++) {
		late.record = thread_table_at(table, i);
		for (late.index = 0; late.index < THREAD_WAITS; late.index++)
			if (wait_look(late.record, late.index, &late.wait) && is_due(&late.wait))
				take(&late);
	}
}
