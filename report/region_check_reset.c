/* SPDX-License-Identifier: MIT */
/* What was noted when all that was recorded was forgotten (region_reset.h). */
#include "region_check_parts.h"

static uint64_t load(const _Atomic uint64_t *word)
{
	return atomic_load_explicit(word, memory_order_relaxed);
}

static uint64_t handoff_ticks(const struct region_check *check)
{
	uint32_t used = atomic_load_explicit(&check->region->threads.used, memory_order_relaxed);
	uint64_t sum = 0;

	for (uint32_t index = 0; index < used && index < check->layout.threads.limit; index++)
		sum += load(&region_check_record(check, index)->handoff_ticks);
	return sum;
}

void region_check_reset(struct region_check *check)
{
	const struct region_reset *reset = &check->region->reset;
	uint32_t number = atomic_load_explicit(&reset->number, memory_order_relaxed);

	region_check_that(check, atomic_load_explicit(&reset->wall_ns, memory_order_relaxed) >= 0,
			  "reset: before 1970");
	if (region_check_is_at_rest(check))
		region_check_that(check, number % 2 == 0, "reset: %u is half done", number);
	if (!region_check_is_still(check))
		return;
	region_check_that(check, load(&reset->handoff_ticks) <= handoff_ticks(check),
			  "reset: of more hand-off than there is");
	for (int loss = 0; loss < LOSS_COUNT; loss++)
		region_check_that(check, load(&reset->losses.events[loss]) <= load(&check->region->losses.events[loss]),
				  "reset: of more losses than there are: %s", losses_words(loss));
}
