/* SPDX-License-Identifier: MIT */
/* What one sample says: how much, of what, and its frames. */
#include "frame.h"
#include "record.h"
#include "region_check_parts.h"

/* Beyond any time that a process can run. */
#define COUNTED_TICKS_MOST (UINT64_C(1) << 62)

static bool is_of_releases(const struct sample *sample)
{
	return sample->profile == PROFILE_MUTEX || sample->profile == PROFILE_PAIRS;
}

static uint64_t load_longest(const struct sample *sample)
{
	return atomic_load_explicit(&sample->longest_ticks, memory_order_relaxed);
}

/* Every event adds a whole one at least, and a release whole ones only, each charged with a tick at least. */
static void check_weight(struct region_check *check, uint32_t slot, const struct sample *sample)
{
	struct sample_weight weight = sample_read(sample);
	bool is_mutex = is_of_releases(sample), is_whole = is_mutex || sample->profile == PROFILE_HOLD;

	region_check_that(check, weight.count == 0 ? weight.delay_ticks == 0 : weight.count >= SAMPLER_COUNT_ONE,
			  "slot %u: %llu ticks in %llu/2^%d events", slot, (unsigned long long)weight.delay_ticks,
			  (unsigned long long)weight.count, SAMPLER_COUNT_SHIFT);
	region_check_that(check, !is_whole || weight.count % SAMPLER_COUNT_ONE == 0,
			  "slot %u: a part of a release or of a hold", slot);
	region_check_that(check, !is_mutex || weight.delay_ticks >= weight.count >> SAMPLER_COUNT_SHIFT,
			  "slot %u: releases that nobody waited for", slot);
	region_check_that(check, load_longest(sample) <= (sample->delay_class ? COUNTED_TICKS_MOST : 0),
			  "slot %u: a longest delay that cannot be", slot);
	region_check_that(check, !sample->delay_class || check->region->header.has_histogram,
			  "slot %u: of a delay class, which is not recorded", slot);
	region_check_that(check,
			  !region_check_is_overflow(sample) || weight.count == 0 ||
				  atomic_load_explicit(&check->region->losses.events[LOSS_SAMPLES_FULL],
						       memory_order_relaxed) != 0,
			  "slot %u: overflow that is not counted as a loss", slot);
}

/* A condition's wait releases a lock; a semaphore may be one. */
static bool may_have_lock(const struct sample *sample)
{
	return is_of_releases(sample) || sample->profile == PROFILE_HOLD ||
	       (sample->profile == PROFILE_BLOCK &&
		(sample->kind == WAIT_SEMAPHORE || wait_kind_end(sample->kind) & WAIT_END_RELEASE));
}

/* Only what ends by a release or a wake has somebody who ended it. The overflow samples are of every profile and kind, used
 * or not. */
static void check_kind(struct region_check *check, uint32_t slot, const struct sample *sample)
{
	bool is_used = sample_read(sample).count != 0;

	region_check_that(check,
			  sample->profile == PROFILE_BLOCK || wait_kind_end(sample->kind) != WAIT_END_OTHER || !is_used,
			  "slot %u: profile %u has no waits of kind %u", slot, sample->profile, sample->kind);
	region_check_that(check, sample->profile != PROFILE_HOLD || wait_kind_is_held(sample->kind) || !is_used,
			  "slot %u: a hold of kind %u", slot, sample->kind);
	region_check_that(check, sample->profile == PROFILE_BLOCK || sample->file_type == FILE_TYPE_NONE,
			  "slot %u: profile %u is about no descriptors", slot, sample->profile);
	region_check_that(check, region_check_has_lock(check, sample->lock) && (!sample->lock || may_have_lock(sample)),
			  "slot %u: about lock %u, which cannot be", slot, sample->lock);
	region_check_that(check, !is_used || check->region->header.profiles >> sample->profile & 1,
			  "slot %u: profile %u is not kept", slot, sample->profile);
}

/* Only who ended a wait for a word has a waiter's frames behind its own. */
static bool may_have_waiter(const struct sample *sample)
{
	return sample->profile != PROFILE_BLOCK && (sample->kind == WAIT_FUTEX || sample->kind == WAIT_FUTEX_LOCK);
}

/* One of two stacks in a sample: frames begin ... end - 1. */
static const char *pseudo_fault(const struct sample *sample, uint32_t index, uint32_t begin, uint32_t end)
{
	uint64_t frame = sample->frames[index];

	if (frame_is_pseudo(frame, FRAME_TRUNCATED))
		return index > begin && index + 1 == end ? NULL : "a cut in the middle of a stack";
	if (frame_is_pseudo(frame, FRAME_OVERFLOW))
		return index == begin && index + 1 == end ? NULL : "the overflow in the middle of a stack";
	if (frame_is_pseudo(frame, FRAME_HELD))
		return is_of_releases(sample) && index == 0 && end > 1 ? NULL : "held where nothing is";
	if (frame_is_pseudo(frame, FRAME_UNSEEN))
		return begin > 0 && index == begin && index + 1 == end && sample->profile == PROFILE_PAIRS
			       ? NULL
			       : "unseen where nobody waits";
	if (frame_is_pseudo(frame, FRAME_WAITER) || frame_is_pseudo(frame, FRAME_BLOCKED))
		return "a waiter where none can be";
	return "no pseudo frame";
}

static const char *stack_fault(const struct region_check *check, const struct sample *sample, uint32_t begin,
			       uint32_t end, uint32_t *out_index)
{
	for (uint32_t index = begin; index < end; index++) {
		uint64_t frame = sample->frames[index];
		const char *fault = frame_module(frame) == FRAME_MODULE_PSEUDO
					    ? pseudo_fault(sample, index, begin, end)
					    : region_check_code(check, frame_module(frame), frame_address(frame));

		*out_index = index;
		if (fault)
			return fault;
	}
	return NULL;
}

static bool is_cut(const struct sample *sample, uint32_t end)
{
	return end > 0 && frame_is_pseudo(sample->frames[end - 1], FRAME_TRUNCATED);
}

/* Frames before `end`: one stack, and the first frames of who waited for what it ends. */
static const char *release_fault(struct region_check *check, const struct sample *sample, uint32_t end,
				 uint32_t *out_index)
{
	uint32_t own = may_have_waiter(sample) ? frame_find_pseudo(sample->frames, 0, end, FRAME_WAITER) : end;
	const char *fault = stack_fault(check, sample, 0, own, out_index);

	*out_index = fault ? *out_index : own;
	if (!fault && own - (own > 0 && frame_is_pseudo(sample->frames[0], FRAME_HELD)) > check->region->header.depth)
		return "deeper than stacks are";
	if (!fault && own < end && (own == 0 || own + 1 == end || end - own > THREAD_EXTRA_FRAMES))
		return "a waiter where none can be";
	check->is_cut |= is_cut(sample, own);
	return fault || own == end ? fault : stack_fault(check, sample, own + 1, end, out_index);
}

/* What is wrong with a frame, its number in *out_index; NULL if nothing is. Pairs have two stacks, the waiter's behind the other. */
static const char *frames_fault(struct region_check *check, const struct sample *sample, uint32_t *out_index)
{
	bool is_pair = sample->profile == PROFILE_PAIRS && !region_check_is_overflow(sample);
	uint32_t depth = sample->depth,
		 end = is_pair ? frame_find_pseudo(sample->frames, 0, depth, FRAME_BLOCKED) : depth;
	const char *fault = release_fault(check, sample, end, out_index);

	if (fault || !is_pair)
		return fault;
	*out_index = end;
	if (end == 0 || end + 1 >= depth)
		return "no pair's";
	if (depth - end - 1 > check->region->header.depth)
		return "deeper than stacks are";
	check->is_cut |= is_cut(sample, depth);
	return stack_fault(check, sample, end + 1, depth, out_index);
}

void region_check_sample(struct region_check *check, uint32_t slot, const struct sample *sample)
{
	uint32_t index;
	const char *fault = frames_fault(check, sample, &index);

	region_check_that(check,
			  region_check_has_labels(check, sample->labels) &&
				  region_check_has_labels(check, sample->waiter_labels),
			  "slot %u: labels that do not exist", slot);
	region_check_that(check, is_of_releases(sample) || sample->waiter_labels == 0,
			  "slot %u: labels of a waiter where there is none", slot);
	region_check_that(check, !fault, "slot %u: frame %u of %u is %s", slot, index, sample->depth, fault);
	check_kind(check, slot, sample);
	if (region_check_is_still(check))
		check_weight(check, slot, sample);
}
