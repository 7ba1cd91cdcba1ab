/* SPDX-License-Identifier: MIT */
/* The frames of one sample. */
#include "frame.h"
#include "region_check_parts.h"

static bool is_pseudo(uint64_t frame, enum frame_pseudo which)
{
	return frame == frame_make(FRAME_MODULE_PSEUDO, which);
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

	if (is_pseudo(frame, FRAME_TRUNCATED))
		return index > begin && index + 1 == end ? NULL : "a cut in the middle of a stack";
	if (is_pseudo(frame, FRAME_OVERFLOW))
		return index == begin && index + 1 == end ? NULL : "the overflow in the middle of a stack";
	if (is_pseudo(frame, FRAME_WAITER))
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

/* Where the waiter's frames are announced; depth: nowhere. */
static uint32_t find_waiter(const struct sample *sample)
{
	uint32_t index = 0;

	while (index < sample->depth && !is_pseudo(sample->frames[index], FRAME_WAITER))
		index++;
	return index;
}

const char *region_check_frames(struct region_check *check, const struct sample *sample, uint32_t *out_index)
{
	uint32_t depth = sample->depth, own = may_have_waiter(sample) ? find_waiter(sample) : depth;
	const char *fault = stack_fault(check, sample, 0, own, out_index);

	*out_index = fault ? *out_index : own;
	if (!fault && own > check->region->header.depth)
		return "deeper than stacks are";
	if (!fault && own < depth && (own == 0 || own + 1 == depth || depth - own > THREAD_EXTRA_FRAMES))
		return "a waiter where none can be";
	check->is_cut |= own > 0 && is_pseudo(sample->frames[own - 1], FRAME_TRUNCATED);
	return fault || own == depth ? fault : stack_fault(check, sample, own + 1, depth, out_index);
}
