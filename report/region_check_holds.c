/* SPDX-License-Identifier: MIT */
/* The locks that threads hold, and which acquisition is timed next. */
#include "record.h"
#include "region_check_parts.h"

static bool is_taken(const struct hold *hold)
{
	return atomic_load_explicit(&hold->object, memory_order_relaxed) != 0;
}

/* A hold that is timed now. Where the samples were given back, its own is gone. */
static bool check_hold(struct region_check *check, uint32_t index, const struct hold *hold)
{
	const struct sample *sample = region_check_sample_at(check, hold->sample);

	if (!region_check_that(check, sample != NULL, "thread record %u: a hold whose stack is in no sample", index))
		return false;
	return region_check_that(check,
				 sample->depth == 0 || (sample->profile == PROFILE_HOLD && sample->kind == hold->kind),
				 "thread record %u: holds with the stack of something else", index);
}

static bool check_slot(struct region_check *check, uint32_t index, const struct hold *hold)
{
	if (!region_check_that(check, hold->kind < WAIT_KIND_COUNT && wait_kind_is_held(hold->kind),
			       "thread record %u: a hold of kind %u", index, hold->kind))
		return false;
	return !is_taken(hold) || !region_check_is_still(check) || check_hold(check, index, hold);
}

/* One line for a record is enough. */
static void check_slots(struct region_check *check, uint32_t index, const struct holds *holds)
{
	for (int i = 0; i < HOLDS_LIMIT; i++)
		if (!check_slot(check, index, &holds->slots[i]))
			return;
}

static uint32_t count_taken(const struct holds *holds)
{
	uint32_t taken = 0;

	for (int i = 0; i < HOLDS_LIMIT; i++)
		taken += is_taken(&holds->slots[i]);
	return taken;
}

void region_check_holds(struct region_check *check, uint32_t index, const struct thread *thread)
{
	const struct holds *holds = &thread->holds;
	uint64_t rate = check->region->header.hold_rate;
	uint32_t taken = count_taken(holds);
	uint32_t count = atomic_load_explicit(&holds->count, memory_order_relaxed);

	check_slots(check, index, holds);
	region_check_that(check, holds->rest <= rate && holds->skip <= 2 * rate,
			  "thread record %u: acquisitions to come: %u and %u, one in %u is timed", index, holds->skip,
			  holds->rest, (uint32_t)rate);
	region_check_that(check, rate || (count == 0 && taken == 0), "thread record %u: holds, which are not profiled",
			  index);
	if (!region_check_is_still(check))
		return;
	region_check_that(check, count >= taken, "thread record %u: %u holds, it counts %u", index, taken, count);
	if (region_check_is_at_rest(check))
		region_check_that(check, count == taken, "thread record %u: %u holds, it counts %u", index, taken,
				  count);
}
