/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>

#include "snapshot_names.h"
#include "pprof_comments.h"

__attribute__((format(printf, 2, 3))) static void add(struct pprof_comments *comments, const char *format, ...)
{
	va_list arguments;

	if (comments->count == PPROF_COMMENTS_LIMIT)
		return;
	va_start(arguments, format);
	vsnprintf(comments->lines[comments->count++], PPROF_COMMENT_BYTES, format, arguments);
	va_end(arguments);
}

/* The profiles of releases. */
static void add_release_head(struct pprof_comments *comments, const struct snapshot *snapshot, enum profile profile)
{
	const char *name = snapshot_profile_name(profile), *words = snapshot_profile_words(profile);

	if (snapshot->mutex_fraction == 0)
		add(comments, "%s: %s; off", name, words);
	else if (snapshot->mutex_fraction == 1)
		add(comments, "%s: %s; every release counted", name, words);
	else
		add(comments, "%s: %s; estimated from 1 release in %u", name, words,
		    (unsigned)snapshot->mutex_fraction);
}

/* The profiles of waits. */
static void add_wait_head(struct pprof_comments *comments, const struct snapshot *snapshot, enum profile profile)
{
	const char *name = snapshot_profile_name(profile), *words = snapshot_profile_words(profile);

	if (snapshot->block_rate_ns <= 0)
		add(comments, "%s: %s; off", name, words);
	else if (snapshot->block_rate_ns == 1)
		add(comments, "%s: %s; every wait counted", name, words);
	else
		add(comments, "%s: %s; waits shorter than %lld ns estimated from some of them", name, words,
		    (long long)snapshot->block_rate_ns);
}

static void add_hold_head(struct pprof_comments *comments, const struct snapshot *snapshot, const char *words)
{
	if (snapshot->hold_rate == 1)
		add(comments, "hold: %s; every acquisition that was released", words);
	else
		add(comments, "hold: %s; estimated from 1 acquisition in %u", words, (unsigned)snapshot->hold_rate);
}

/* As in add_clock, no fraction for printf. What the dump itself costs is in the next one. */
static void add_overhead(struct pprof_comments *comments, const struct snapshot *snapshot)
{
	const struct snapshot_overhead *overhead = &snapshot->overhead;
	long long ppm = snapshot_overhead_ppm(overhead);
	char share[96] = "";

	if (ppm >= 0)
		snprintf(share, sizeof(share), ", %lld.%02lld %% of %lld ns of CPU time that the process used",
			 ppm / 10000, ppm % 10000 / 100, (long long)overhead->cpu_ns);
	add(comments, "# overhead: %lld ns in %llu recording calls and in dumps%s", (long long)overhead->own_ns,
	    (unsigned long long)overhead->calls, share);
}

static void add_change(struct pprof_comments *comments, const struct snapshot_governor_change *change)
{
	add(comments,
	    "# overhead from %lld ms on: mutex fraction %u, block rate %lld ns, 1 lock in %u; it was %u.%02u %% before",
	    (long long)(change->since_ns / 1000000), change->fraction, (long long)change->rate_ns,
	    1u << change->lock_shift, change->overhead_ppm / 10000, change->overhead_ppm % 10000 / 100);
}

static void add_governor(struct pprof_comments *comments, const struct snapshot *snapshot)
{
	const struct snapshot_governor *governor = &snapshot->governor;

	if (governor->limit_ppm == 0)
		return;
	add(comments, "# overhead bound: %llu.%02llu %%; to keep it, sampling was changed %llu times",
	    (unsigned long long)governor->limit_ppm / 10000, (unsigned long long)governor->limit_ppm % 10000 / 100,
	    (unsigned long long)governor->changes);
	for (size_t i = 0; i < governor->count; i++)
		add_change(comments, &governor->last[i]);
}

/* In whole numbers: printf writes fractions as the application's locale wants them. */
static void add_clock(struct pprof_comments *comments, const struct snapshot *snapshot)
{
	if (snapshot->clock_source == CLOCK_SOURCE_COUNTER)
		add(comments, "# clock: " COUNTER_NAME ", a tick is %lld fs",
		    (long long)(snapshot->ns_per_tick * 1e6 + 0.5));
	else
		add(comments, "# clock: CLOCK_MONOTONIC");
}

/* Those of which the block profile has nothing yet. */
static void add_waits(struct pprof_comments *comments, const struct snapshot *snapshot)
{
	if (snapshot->waits_without_stack)
		add(comments, "# not shown: %llu waits in progress, whose stacks could not be had",
		    (unsigned long long)snapshot->waits_without_stack);
}

static void add_losses(struct pprof_comments *comments, const struct snapshot *snapshot)
{
	size_t before = comments->count;

	for (int i = 0; i < LOSS_COUNT; i++)
		if (snapshot->losses[i])
			add(comments, "# lost: %llu %s", (unsigned long long)snapshot->losses[i], losses_words(i));
	if (comments->count == before)
		add(comments, "# lost: nothing");
}

void pprof_comments_write(const struct snapshot *snapshot, enum profile profile, struct pprof_comments *out_comments)
{
	if (profile == PROFILE_MUTEX || profile == PROFILE_PAIRS)
		add_release_head(out_comments, snapshot, profile);
	else if (profile == PROFILE_HOLD)
		add_hold_head(out_comments, snapshot, snapshot_profile_words(profile));
	else
		add_wait_head(out_comments, snapshot, profile);
	if (profile == PROFILE_BLOCK)
		add_waits(out_comments, snapshot);
	if (snapshot->is_interval)
		add(out_comments, "# interval: only what was waited in the last %lld ms before the time of writing",
		    (long long)((snapshot->taken_wall_ns - snapshot->started_wall_ns) / 1000000));
	add(out_comments, "# mutex fraction %u, block rate %lld ns at the time of writing",
	    (unsigned)snapshot->mutex_fraction, (long long)snapshot->block_rate_ns);
	add(out_comments, "# hand-off: %lld ns of lock waiting came after the last release and is charged to none",
	    (long long)snapshot->handoff_ns);
	if (snapshot->uncharged_ns)
		add(out_comments, "# not yet charged: %lld ns of lock waiting that goes on, until its lock is released",
		    (long long)snapshot->uncharged_ns);
	add_overhead(out_comments, snapshot);
	add_governor(out_comments, snapshot);
	add_clock(out_comments, snapshot);
	add_losses(out_comments, snapshot);
}
