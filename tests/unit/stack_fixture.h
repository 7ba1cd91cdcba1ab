/* SPDX-License-Identifier: MIT */
/* stack_fixture: captures the stack that a test stands on, by our walk and by libgcc's. For the tests of the stack
 * walk. */
#ifndef CONTEND_TESTS_STACK_FIXTURE_H
#define CONTEND_TESTS_STACK_FIXTURE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <unwind.h>

#include "check.h"
#include "frame.h"
#include "frame_rule.h"
#include "losses.h"
#include "modules.h"
#include "object.h"
#include "stack.h"

enum { STACK_FRAMES = 512 };

static struct frame_rules table;
static struct modules modules;
static struct losses losses;
static struct stack_limits main_limits;
static volatile unsigned zero;

/* What a capture is compared with. */
struct stacks {
	unsigned count;
	uint64_t ours[STACK_FRAMES];
	unsigned expected_count;
	uint64_t expected[STACK_FRAMES];
};

static __thread struct stacks stacks;
static __thread struct stack_limits limits;
static __thread unsigned depth_limit = STACK_FRAMES;

/* libgcc gives the address to look up: the call, or the interrupted instruction. */
static _Unwind_Reason_Code add_expected(struct _Unwind_Context *context, void *argument)
{
	int is_exact = 0;
	uint64_t pc = _Unwind_GetIPInfo(context, &is_exact);

	(void)argument;
	if (pc && stacks.expected_count < STACK_FRAMES)
		stacks.expected[stacks.expected_count++] = pc - !is_exact;
	return _URC_NO_REASON;
}

/* The wrapper, as it were: captures its caller's stack. */
static __attribute__((noinline)) void capture(void)
{
	stacks.expected_count = 0;
	_Unwind_Backtrace(add_expected, NULL);
	stacks.count =
		stack_capture(stack_origin_of(STACK_MARK()), limits, (uint64_t)capture, stacks.ours, depth_limit, NULL);
}

static uint64_t loss_count(enum loss loss)
{
	return losses.events[loss];
}

static bool is_signal_frame(uint64_t frame)
{
	uint64_t rule = frame_rules_find(frame_rules_view(), frame_address(frame) - 1);

	return rule && frame_rule_kind(rule) == FRAME_RULE_SIGNAL;
}

/* Frame i of ours is frame i of libgcc's, from the caller of capture on. A signal frame lies one byte before its code
 * there. */
static bool is_as_expected(unsigned count)
{
	for (unsigned i = 1; i < count; i++) {
		uint64_t frame = stacks.ours[i];

		if (frame_address(frame) != stacks.expected[i] + is_signal_frame(frame)) {
			printf("# frame %u: %#lx, expected %#lx\n", i, frame_address(frame), stacks.expected[i]);
			return false;
		}
	}
	return true;
}

/* The last capture holds at least `least` frames, all of them right, down to the outermost. */
static inline void check_whole(unsigned least, const char *what)
{
	ok(stacks.count >= least && stacks.count == stacks.expected_count && is_as_expected(stacks.count),
	   "%s: %u frames, libgcc has %u", what, stacks.count, stacks.expected_count);
	is_u64(frame_address(stacks.ours[0]), (uint64_t)capture, "%s: the leaf is the function called", what);
	ok(stacks.count && frame_module(stacks.ours[stacks.count - 1]) != FRAME_MODULE_PSEUDO, "%s: not cut", what);
}

/* The last capture is a prefix of libgcc's and ends in the mark. */
static inline void check_cut(unsigned count, uint64_t losses_before, enum loss loss, const char *what)
{
	is_u64(stacks.count, count, "%s: frames", what);
	ok(stacks.count && stacks.ours[stacks.count - 1] == frame_make(FRAME_MODULE_PSEUDO, FRAME_TRUNCATED),
	   "%s: marked as cut", what);
	is_u64(loss_count(loss) - losses_before, 1, "%s: counted as \"%s\"", what, losses_words(loss));
}

/* Recursion, to have stacks of any depth. */
static __attribute__((noinline, unused)) unsigned descend(unsigned levels)
{
	if (levels == 0)
		capture();
	else
		levels += descend(levels - 1);
	return levels + zero;
}

static void fixture_init(void *frame_address)
{
	losses_init(&losses);
	object_init(_dl_find_object);
	modules_init(&modules, "/program");
	frame_rules_init(&table);
	main_limits.high_address = (uint64_t)frame_address + 1024;
	main_limits.low_address = main_limits.high_address - 1024 * 1024;
	limits = main_limits;
}

#endif
