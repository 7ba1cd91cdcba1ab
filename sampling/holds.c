/* SPDX-License-Identifier: MIT */
#include <stddef.h>

#include "clock.h"
#include "config.h"
#include "holds.h"
#include "thread.h"

void holds_lose(enum loss loss)
{
	losses_add_many(loss, (uint64_t)config.hold_rate);
}

uint32_t holds_draw(struct holds *holds, struct random *random, uint32_t rate)
{
	uint32_t place = (uint32_t)random_below(random, rate);
	uint32_t skip = holds->rest + place;

	holds->rest = rate - 1 - place;
	return skip;
}

static uint64_t address_of(const void *object)
{
	return (uint64_t)(uintptr_t)object;
}

static uint64_t object_of(const struct hold *hold)
{
	return atomic_load_explicit(&hold->object, memory_order_relaxed);
}

static uint32_t kind_of(const struct hold *hold)
{
	return __atomic_load_n(&hold->kind, __ATOMIC_RELAXED);
}

static void count_hold(struct holds *holds, uint64_t object, uint32_t change)
{
	const void *address = (const void *)(uintptr_t)object;

	atomic_fetch_add_explicit(&waiters_presence[waiters_bucket_of(address)].holds, change, memory_order_relaxed);
	atomic_fetch_add_explicit(&holds->count, change, memory_order_relaxed);
}

/* Of this thread or of another. False: somebody was faster. */
static bool free_slot(struct holds *holds, struct hold *hold, uint64_t object)
{
	if (!atomic_compare_exchange_strong_explicit(&hold->object, &object, 0, memory_order_relaxed,
						     memory_order_relaxed))
		return false;
	count_hold(holds, object, -1u);
	return true;
}

static void lose_slot(struct holds *holds, struct hold *hold, uint64_t object, enum loss loss)
{
	if (object && free_slot(holds, hold, object))
		holds_lose(loss);
}

/* The hold of `object` that began last; NULL if there is none. */
static struct hold *find_last(struct holds *holds, const void *object)
{
	struct hold *last = NULL;

	for (struct hold *hold = holds->slots; hold < holds->slots + HOLDS_LIMIT; hold++)
		if (object_of(hold) == address_of(object) && (!last || hold->since_ticks >= last->since_ticks))
			last = hold;
	return last;
}

/* A lock that only one can have cannot be held by who takes it: somebody else has released it meanwhile. */
static void lose_earlier(struct holds *holds, const void *object, uint32_t kind)
{
	for (struct hold *hold = holds->slots; hold < holds->slots + HOLDS_LIMIT; hold++)
		if (object_of(hold) == address_of(object) &&
		    (kind_of(hold) != WAIT_RWLOCK_READ || kind_of(hold) != kind))
			lose_slot(holds, hold, address_of(object), LOSS_HOLDS_ELSEWHERE);
}

void holds_taken(struct holds *holds, const void *object, uint32_t kind, bool is_timed)
{
	struct hold *last;

	if (!holds_any(object))
		return;
	lose_earlier(holds, object, kind);
	last = is_timed ? NULL : find_last(holds, object);
	if (last)
		last->inner++;
}

/* A free one, or the oldest. */
static struct hold *make_room(struct holds *holds)
{
	struct hold *oldest = holds->slots;

	for (struct hold *hold = holds->slots; hold < holds->slots + HOLDS_LIMIT; hold++) {
		if (object_of(hold) == 0)
			return hold;
		if (hold->since_ticks < oldest->since_ticks)
			oldest = hold;
	}
	lose_slot(holds, oldest, object_of(oldest), LOSS_HOLDS_FULL);
	return oldest;
}

void holds_begin(struct holds *holds, const void *object, uint32_t kind, uint32_t sample)
{
	struct hold *hold = make_room(holds);

	hold->sample = sample;
	hold->inner = 0;
	__atomic_store_n(&hold->kind, kind, __ATOMIC_RELAXED);
	count_hold(holds, address_of(object), 1);
	hold->since_ticks = clock_now_ticks();
	atomic_store_explicit(&hold->object, address_of(object), memory_order_release); /* pairs with lose_everywhere */
}

/* Holds of `object` in all threads; those of readers only where it is no lock any more. */
static void lose_everywhere(const void *object, bool with_readers)
{
	const struct thread_table *table = thread_table_mine();
	uint32_t used = table ? atomic_load_explicit(&table->used, memory_order_relaxed) : 0;

	for (uint32_t index = 0; index < used; index++) {
		struct holds *holds = &thread_table_at(table, index)->holds;

		if (atomic_load_explicit(&holds->count, memory_order_relaxed) == 0)
			continue;
		for (struct hold *hold = holds->slots; hold < holds->slots + HOLDS_LIMIT; hold++)
			if (atomic_load_explicit(&hold->object, memory_order_acquire) == address_of(object) &&
			    (with_readers || kind_of(hold) != WAIT_RWLOCK_READ))
				lose_slot(holds, hold, address_of(object), LOSS_HOLDS_ELSEWHERE);
	}
}

struct hold_end holds_end(struct holds *holds, const void *object, uint32_t kind)
{
	struct hold *hold = find_last(holds, object);
	struct hold_end end = {.sample = 0};

	if (!hold) {
		if (kind != WAIT_RWLOCK_READ) /* readers do not know each other */
			lose_everywhere(object, false);
		return end;
	}
	if (hold->inner > 0) {
		hold->inner--;
		return end;
	}
	end.held_ticks = clock_elapsed_ticks(hold->since_ticks, clock_now_ticks());
	if (free_slot(holds, hold, address_of(object)))
		end.sample = hold->sample;
	return end;
}

void holds_forget(const void *object)
{
	if (holds_any(object))
		lose_everywhere(object, true);
}

void holds_leave(struct holds *holds)
{
	for (struct hold *hold = holds->slots; hold < holds->slots + HOLDS_LIMIT; hold++)
		lose_slot(holds, hold, object_of(hold), LOSS_HOLDS_LEFT);
}
