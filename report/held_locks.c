/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "clock.h"
#include "config.h"
#include "frame.h"
#include "held_locks.h"
#include "labels.h"
#include "late_stacks.h"
#include "lock_owner.h"
#include "pairs.h"
#include "record.h"
#include "shown.h"
#include "thread_labels.h"
#include "wait_look.h"

static uint64_t frames[SAMPLE_DEPTH_LIMIT];

/* Who holds the lock, and the wait that he is in. */
struct holder {
	struct thread *record;
	uint32_t index;
	struct thread_wait wait; /* a copy */
};

struct pass {
	const struct thread_table *table;
	struct process_memory memory;
	uint32_t number;
	uint64_t begun_ticks;
	uint64_t least_ticks;
};

/* A wait for a lock, old enough, of which nobody has been charged in this pass: not for another thread's wait, and not by a release. */
static bool is_due(const struct pass *pass, const struct thread_wait *wait)
{
	if (!wait->waiter.lock || clock_elapsed_ticks(wait->waiter.since_ticks, pass->begun_ticks) < pass->least_ticks)
		return false;
	return waiters_charged_until(pass->begun_ticks, waiters_read(wait->waiter.lock).last_charge) ==
	       pass->begun_ticks;
}

/* The innermost wait of that thread. False: it does not wait, or its stack is not known. */
static bool find_holder(const struct pass *pass, uint32_t tid, struct holder *out_holder)
{
	uint32_t used = atomic_load_explicit(&pass->table->used, memory_order_relaxed);

	for (uint32_t i = 0; i < used; i++) {
		struct thread *record = thread_table_at(pass->table, i);
		uint32_t depth = __atomic_load_n(&record->wait_depth, __ATOMIC_ACQUIRE);

		if (atomic_load_explicit(&record->tid, memory_order_acquire) != tid)
			continue;
		if (depth == 0)
			return false;
		late_stacks_take_of(record, depth - 1);
		*out_holder = (struct holder){.record = record, .index = depth - 1};
		return wait_look(record, depth - 1, &out_holder->wait) && thread_wait_unit(&out_holder->wait) != 0;
	}
	return false;
}

/* Is it the first time that locks held in this wait are charged? All of one pass are charged at the same time. */
static bool is_first_charge(const struct pass *pass, const struct holder *holder)
{
	struct thread_wait *wait = &holder->record->waits[holder->index];
	uint64_t now = (uint64_t)holder->wait.sequence << 32 | pass->number;

	if (wait->held >> 32 == holder->wait.sequence)
		return wait->held == now;
	wait->held = now;
	return true;
}

static struct sample *sample_of(const struct holder *holder, const struct thread_wait *waiter, uint32_t waiter_labels)
{
	const struct sample *stack = sample_table_at(thread_wait_unit(&holder->wait));
	bool is_rwlock = waiter->kind == WAIT_RWLOCK_READ || waiter->kind == WAIT_RWLOCK_WRITE;
	struct sample_key key = {
		.profile = PROFILE_MUTEX,
		.kind = is_rwlock ? WAIT_RWLOCK_WRITE : waiter->kind,
		.lock = waiter->lock,
		.labels = thread_labels_of(holder->record),
		.waiter_labels = waiter_labels,
		.depth = stack->depth + 1,
		.frames = frames,
	};

	frames[0] = frame_make(FRAME_MODULE_PSEUDO, FRAME_HELD);
	memcpy(&frames[1], stack->frames, stack->depth * sizeof(*frames));
	return sample_table_find(&key);
}

/* One event for each lock in each wait of its holder. */
static void charge(const struct pass *pass, const struct holder *holder, const struct thread_wait *waiter,
		   struct sample *sample)
{
	static struct pairs pairs;
	const void *lock = (const void *)(uintptr_t)waiter->object;
	struct waiters_note note = {0};
	struct sample_weight weight = {.delay_ticks = waiters_charge(lock, &note)};

	if (weight.delay_ticks == 0)
		return;
	if (is_first_charge(pass, holder) || sample_read(sample).count == 0)
		weight.count = SAMPLER_COUNT_ONE << note.shift;
	sample_add(sample, weight);
	if (config.pairs)
		pairs_add(&pairs, pairs_find(&pairs, lock, &note, weight.delay_ticks), sample, 1, weight);
}

/* The owner is read between two looks at his wait: he has had the lock all the time, and has it still. */
static void visit(const struct pass *pass, const struct thread *record, const struct thread_wait *waiter)
{
	struct lock_owner owner;
	struct holder holder;
	struct sample *sample;

	lock_owner_find(&pass->memory, waiter->kind, waiter->object, &owner);
	if (owner.hold != LOCK_HOLD_OWNED || !find_holder(pass, owner.tid, &holder) ||
	    sample_table_at(thread_wait_unit(&holder.wait))->depth == SAMPLE_DEPTH_LIMIT)
		return;
	sample = sample_of(&holder, waiter, labels_are_used() ? thread_labels_of(record) : 0);
	lock_owner_find(&pass->memory, waiter->kind, waiter->object, &owner);
	if (owner.hold == LOCK_HOLD_OWNED &&
	    owner.tid == atomic_load_explicit(&holder.record->tid, memory_order_relaxed) &&
	    wait_look_again(holder.record, holder.index, &holder.wait))
		charge(pass, &holder, waiter, sample);
}

void held_locks_charge(void)
{
	static uint32_t passes;
	struct pass pass = {.table = thread_table_mine(), .number = ++passes};
	uint32_t used = atomic_load_explicit(&pass.table->used, memory_order_relaxed);
	struct thread_wait wait;

	if (atomic_load_explicit(&record_knobs.fraction, memory_order_relaxed) ==
	    0) /* then the clock may be forbidden */
		return;
	pass.begun_ticks = clock_now_ticks();
	pass.least_ticks = (uint64_t)(SHOWN_LEAST_NS * clock_ticks_per_ns());
	process_memory_open_own(&pass.memory);
	for (uint32_t i = 0; i < used; i++)
		for (uint32_t index = 0; index < THREAD_WAITS; index++) {
			const struct thread *record = thread_table_at(pass.table, i);

			if (wait_look(record, index, &wait) && is_due(&pass, &wait))
				visit(&pass, record, &wait);
		}
}
