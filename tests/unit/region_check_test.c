/* SPDX-License-Identifier: MIT */
/* Goal: what the real modules make passes, at rest and at the end; whatever single thing is broken is found and named, in the
 * states in which it must hold and in no earlier one. */
#include "region_damages.h"

static void is_found(const struct damage *damage)
{
	for (int state = REGION_CHECK_LIVE; state <= REGION_CHECK_REST; state++) {
		unsigned faults;

		put_right();
		do_damage(damage);
		faults = check_as(state, NULL);
		ok(says(damage->words) == (state >= (int)damage->from) && (faults != 0) == (lines.bytes != 0),
		   "\"%s\" %s in state %d", damage->words, state >= (int)damage->from ? "is said" : "is not said",
		   state);
	}
	put_right();
}

static void model_passes(void)
{
	struct region_check_summary summary;

	for (int state = REGION_CHECK_LIVE; state <= REGION_CHECK_REST; state++) {
		is_u64(check_as(state, &summary), 0, "what the modules make is consistent in state %d", state);
		is_str(lines.text, "", "nothing is said of it");
	}
	is_u64(summary.threads, 1 + REAL_REGION_WAITERS, "threads");
	is_u64(summary.waits, REAL_REGION_WAITERS, "waits");
	ok(summary.modules >= 2 && summary.frame_rules > summary.modules, "modules and rules");
	is_u64(summary.samples, 16, "samples");
	is_u64(summary.stacks, 13, "stacks");
	is_u64(summary.events[PROFILE_BLOCK], 7, "waits that are over");
	is_u64(summary.events[PROFILE_MUTEX], 12, "releases");
	is_u64(summary.events[PROFILE_PAIRS], 7 * 2 + 5 * 1, "waits that they prolonged");
	is_u64(summary.events[PROFILE_HOLD], 1, "holds that are over");
	ok(summary.losses == 1 && !summary.is_emptied, "one stack was cut");
}

/* As region_forget_samples leaves it. */
static void emptied_passes(void)
{
	struct region_check_summary summary;
	char *begin = (char *)slots(region);

	put_right();
	memset(begin, 0, (size_t)((char *)region + layout.records_begin - begin));
	ok(check_as(REGION_CHECK_STILL, NULL) > 0, "samples that are gone are missed");
	region->header.closed = 1;
	is_u64(check_as(REGION_CHECK_REST, &summary), 0, "but not after the end");
	ok(summary.is_emptied, "which is said");
	put_right();
}

int main(void)
{
	checked_region_begin();
	model_passes();
	emptied_passes();
	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++)
		is_found(&damages[i]);
	checked_region_end();
	return done();
}
