/* SPDX-License-Identifier: MIT */
/* shown: waits that have not ended are in reports, too, as far as they have come. What a report has shown of one stays: its end adds
 * the wait to the sample that it was shown in, and at least as much.
 *
 * A wait in progress counts once it has lasted as long as its threshold (and SHOWN_LEAST_NS): it will be kept then, however it
 * ends. It counts as one event, and as long as it has lasted, or as the rate if that is more (README.md).
 *
 * So that a reader meets each wait either in its record or in its sample, never in both or in neither:
 *   - the owner marks the wait as ending, reads the clock, adds to the sample, gives the wait up, in this order;
 *   - a reader raises `until`, looks at the wait, lets a moment pass, reads the sample, looks at the wait again. If it is the same and
 *     not ending, it lasts beyond `until` and is not in the sample; else the reader reads the sample once more.
 *
 * Called from   application threads, guard held.
 * Concurrency   `until` only grows. A wait that was shown ends knowing it: the mark of its end came after `until` was raised.
 */
#ifndef CONTEND_SHOWN_H
#define CONTEND_SHOWN_H

#include "sampler.h"
#include "thread.h"

#define SHOWN_LEAST_NS 1000000

/* Where it lies up to which instant reports have shown waits in progress; NULL: there are no reports. */
void shown_init(const _Atomic uint64_t *until_ticks);

/* What a wait of this rate counts as when it has lasted so long, and its threshold. Never shrinks, and its end adds as much. */
static inline struct sample_weight shown_weight(uint64_t elapsed_ticks, uint64_t rate_ticks)
{
	return (struct sample_weight){.count = SAMPLER_COUNT_ONE,
				      .delay_ticks = elapsed_ticks > rate_ticks ? elapsed_ticks : rate_ticks};
}

/* The sample that a report may have shown the wait in; NULL: none has, or not when the wait was least_ticks old. */
struct sample *shown_sample(const struct thread_wait *wait, uint64_t least_ticks);

/* The wait was abandoned (longjmp, cancellation): nobody knows when. What was shown of it stays. */
void shown_keep(const struct thread_wait *wait);

#endif
