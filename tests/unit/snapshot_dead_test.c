/* SPDX-License-Identifier: MIT */
/* Goal: of a process that is gone, waits in progress are shown as long as is known that it lived, and never less than a report has shown
 * before; whatever its records say, nothing else is added to. */
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "fake_region.h"
#include "snapshot.h"

enum { MS = 1000000 * FAKE_TICKS_PER_NS, START = 1000 };

static struct region *region;
static const uint64_t frames[] = {4096, 8192};

/* A thread that began to wait after so many ms. */
static struct thread_wait *begin_wait(uint32_t record, uint32_t index, unsigned ms)
{
	struct thread *thread = thread_table_at(&region->threads, record);
	struct thread_wait *wait = &thread->waits[index];

	thread->tid = 100 + record;
	thread->wait_depth = index + 1;
	wait->waiter.since_ticks = START + ms * (uint64_t)MS;
	wait->sequence = record * THREAD_WAITS + index + 1;
	wait->kind = WAIT_COND;
	wait->file = -1;
	wait->rate_ticks = 1;
	wait->leaf_address = 4096;
	return wait;
}

static struct sample *sample_of(enum profile profile, unsigned depth)
{
	return sample_table_find(
		&(struct sample_key){.profile = profile, .kind = WAIT_COND, .depth = depth, .frames = frames});
}

static void take_stack(struct thread_wait *wait, const struct sample *sample)
{
	wait->stack = thread_wait_stack(wait->sequence, sample_table_unit(sample));
}

/* Of the stack of so many frames; {0, 0}: it has none. */
static struct snapshot_sample shown(unsigned depth, uint64_t *out_without_stack)
{
	struct snapshot_moment moment = FAKE_MOMENT;
	struct snapshot_sample found = {0};
	struct snapshot *snapshot;

	if (snapshot_take(region, FAKE_REGION_BYTES, &moment, &snapshot) != 0) {
		printf("Bail out! no snapshot\n");
		exit(1);
	}
	for (size_t i = 0; i < snapshot->sample_count; i++)
		if (snapshot->samples[i].depth == depth && snapshot->samples[i].profile == PROFILE_BLOCK)
			found = snapshot->samples[i];
	if (out_without_stack)
		*out_without_stack = snapshot->waits_without_stack;
	snapshot_drop(snapshot);
	return found;
}

static void shown_is(int64_t count, int64_t ms, const char *words)
{
	struct snapshot_sample sample = shown(2, NULL);

	ok(sample.count == count && sample.delay_ns == ms * 1000000, "%s: %lld of %lld ns", words,
	   (long long)sample.count, (long long)sample.delay_ns);
}

int main(void)
{
	struct thread_wait *wait, *other;
	uint64_t without_stack;
	struct sample *sample;

	region = fake_region_new();
	sample = sample_of(PROFILE_BLOCK, 2);
	wait = begin_wait(0, 0, 10);
	take_stack(wait, sample);
	shown_is(0, 0, "nobody knows that it lived longer");
	other = begin_wait(1, 0, 50);
	shown_is(1, 40, "somebody began to wait later");
	region->header.shown_until_ticks = START + 70 * MS;
	shown_is(1, 60, "a report has seen it later");
	region->header.shown_until_ticks = START + 30 * MS;
	shown_is(1, 40, "or has not");
	sample_add(sample, (struct sample_weight){.count = 2 * SAMPLER_COUNT_ONE, .delay_ticks = 5 * MS});
	shown_is(3, 45, "what it waited before comes to it");
	take_stack(other, sample);
	region->header.shown_until_ticks = START + 70 * MS;
	shown_is(4, 5 + 60 + 20, "so does what another thread waits for there");
	other->rate_ticks = 30 * MS;
	shown_is(4, 5 + 60 + 30, "at least for the rate");
	other->threshold_ticks = 25 * MS;
	shown_is(3, 5 + 60, "not below its threshold");
	other->threshold_ticks = 0;
	other->rate_ticks = 0;
	shown_is(3, 5 + 60, "not with the block profile off");
	other->rate_ticks = 1;
	other->waiter.since_ticks = START + 69 * (uint64_t)MS + 1;
	shown_is(3, 5 + 60, "not below a millisecond");
	other->waiter.since_ticks = START + 50 * (uint64_t)MS;
	other->stack = thread_wait_stack(other->sequence + 1, sample_table_unit(sample));
	shown_is(3, 5 + 60, "not with another wait's stack");
	shown(2, &without_stack);
	is_u64(without_stack, 1, "which is said");
	take_stack(other, sample_of(PROFILE_MUTEX, 2));
	shown_is(3, 5 + 60, "not with a release's");
	take_stack(other, sample);
	wait = begin_wait(1, 1, 60);
	take_stack(wait, sample);
	shown_is(5, 5 + 60 + 20 + 10, "a wait in a signal handler counts, and the one that it interrupted");
	wait->is_ending = 1;
	shown_is(5, 5 + 60 + 20 + 10, "one that was about to end, as far as it was shown");
	region->header.shown_until_ticks = 0;
	wait->waiter.since_ticks = START + 68 * (uint64_t)MS;
	shown_is(4, 5 + 58 + 18, "or not at all");
	other->waiter.since_ticks = UINT64_MAX;
	shown_is(3, 5 + 58, "an instant that cannot be is none");
	free(region);
	return done();
}
