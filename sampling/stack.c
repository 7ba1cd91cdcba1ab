/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <ucontext.h>

#include "frame.h"
#include "frame_step.h"
#include "kernel.h"
#include "libc_layout.h"
#include "losses.h"
#include "object.h"

#include "stack.h"
#include "stack_window.h"

enum {
	STACK_RED_ZONE_BYTES = 128, /* below the stack pointer, spared by signals: bp may have been popped from there */
	STACK_SCRATCH_WORDS = 64,
	STACK_LIMITS_ERROR_BYTES = 65536, /* by which low limits may be too high: a guard that is not there, a page */
};

static struct {
	uint64_t own_address; /* of our code */
	uint64_t own_bytes;
	uint64_t coroutine_start; /* where a function returns to that makecontext has started */
} stack;

/* Where the process's stack began; the loader's. */
extern void *__libc_stack_end;

struct stack_walk {
	struct frame_rules_view rules;
	struct stack_window window;
	struct stack_limits limits;
	uint64_t *next; /* frame to write */
	uint64_t *end;
};

/* libc ends the stack of a coroutine by code without unwind information. Which code that is, makecontext tells. */
static uint64_t stack_find_coroutine_start(void)
{
	uint64_t memory[STACK_SCRATCH_WORDS];
	ucontext_t context;

	if (getcontext(&context))
		return 0;
	context.uc_stack = (stack_t){.ss_sp = memory, .ss_size = sizeof(memory)};
	context.uc_link = NULL;
	makecontext(&context, stack_init, 0);
	return libc_context_return(&context);
}

void stack_init(void)
{
	struct object object;

	if (object_find((uint64_t)stack_init, &object)) {
		stack.own_address = object.low_address;
		stack.own_bytes = object.high_address - object.low_address;
	}
	stack.coroutine_start = stack_find_coroutine_start();
}

/* Decides what may be read from here on. */
static void stack_open_window(struct stack_walk *walk, uint64_t sp)
{
	const struct stack_limits *limits = &walk->limits;
	uint64_t low = sp - STACK_RED_ZONE_BYTES;

	if (low < limits->low_address || sp >= limits->high_address) {
		stack_log_spoil(&walk->window);
		walk->window = (struct stack_window){.may_probe = true, .copy = walk->window.copy};
		return;
	}
	walk->window = (struct stack_window){
		.low = low, .span = stack_span(low, limits->high_address), .log = walk->window.log};
	stack_log_begin(&walk->window);
}

/* How much stack is left for us? Limits may claim less than there is, so a little below them there is none. */
static uint64_t stack_room_bytes(const struct stack_limits *limits)
{
	uint64_t here = (uint64_t)__builtin_frame_address(0);
	stack_t alternate;

	if (here < limits->high_address && here + STACK_LIMITS_ERROR_BYTES >= limits->low_address)
		return here > limits->low_address ? here - limits->low_address : 0;
	if (!KERNEL_CALL(sigaltstack, NULL, &alternate) && (alternate.ss_flags & SS_ONSTACK))
		return here - (uint64_t)alternate.ss_sp;
	/* A coroutine's: nobody knows how large, but a guard page can be felt. */
	return stack_is_readable(here - FRAME_RULE_LEARN_STACK_BYTES) ? UINT64_MAX : 0;
}

/* The rule for an address that has none yet; 0 if there is no room to learn it. */
static __attribute__((noinline)) uint64_t stack_learn_rule(const struct stack_walk *walk, uint64_t address)
{
	if (!walk->window.copy && stack_room_bytes(&walk->limits) < FRAME_RULE_LEARN_STACK_BYTES)
		return 0;
	return frame_rules_learn(walk->rules, address);
}

static inline uint64_t stack_find_rule(const struct stack_walk *walk, uint64_t address)
{
	uint64_t rule = frame_rules_find(walk->rules, address);

	return __builtin_expect(rule != 0, 1) ? rule : stack_learn_rule(walk, address);
}

/* Ends the stack before its outermost frame. */
static void stack_cut(struct stack_walk *walk, enum loss loss)
{
	if (loss == LOSS_STACK_DEEP)
		stack_log_end_deep(&walk->window);
	else
		stack_log_spoil(&walk->window);
	if (walk->next == walk->end)
		walk->next--;
	*walk->next++ = frame_make(FRAME_MODULE_PSEUDO, FRAME_TRUNCATED);
	losses_add(loss);
}

/* The frame as it is stored: the module from the rule, the address from the walk. */
static inline uint64_t stack_frame_of(uint64_t rule, uint64_t address)
{
	return rule ^ ((rule ^ address) & FRAME_ADDRESS_MASK);
}

/* Notes the frame unless it is our own. False: there is no space. */
static inline bool stack_add_frame(struct stack_walk *walk, uint64_t rule, uint64_t address)
{
	if (address - stack.own_address < stack.own_bytes)
		return true;
	if (walk->next == walk->end)
		return false;
	*walk->next++ = stack_frame_of(rule, address);
	return true;
}

static bool stack_step_signal(struct stack_walk *walk, struct frame_state *state)
{
	stack_log_spoil(&walk->window);
	if (!frame_step_signal(state, stack_read, &walk->window))
		return false;
	stack_open_window(walk, state->sp);
	return true;
}

/* The loader's first frame, in which libraries' constructors are called, and what ends a coroutine have no unwind information. */
static bool stack_is_outermost(const struct frame_state *state)
{
	enum { ALIGNMENT_BYTES = 16 }; /* to which the loader rounds down */

	return state->address + 1 == stack.coroutine_start || (uint64_t)__libc_stack_end - state->sp < ALIGNMENT_BYTES;
}

/* Passes a frame that is not called in the usual way. False: the walk is over. */
static __attribute__((noinline)) bool stack_pass_special(struct stack_walk *walk, uint64_t rule,
							 struct frame_state *state)
{
	bool is_signal = frame_rule_kind(rule) == FRAME_RULE_SIGNAL;
	bool is_last = frame_rule_kind(rule) == FRAME_RULE_END || stack_is_outermost(state);

	/* The return address of a handler is where the signal frame's code begins: not one byte before it. */
	if (!stack_add_frame(walk, rule, state->address + is_signal))
		stack_cut(walk, LOSS_STACK_DEEP);
	else if (is_signal && stack_step_signal(walk, state))
		return true;
	else if (!is_last)
		stack_cut(walk, is_signal ? LOSS_STACK_UNREADABLE : LOSS_STACK_NO_RULE);
	return false;
}

/* True if the way up depends on the frame register that it began with. */
static bool stack_climb(struct stack_walk *walk, struct frame_state state)
{
	/* Some coroutines' first function returns to 0. */
	while (state.address != UINT64_MAX) {
		uint64_t rule = stack_find_rule(walk, state.address);

		if (__builtin_expect(frame_rule_kind(rule) != FRAME_RULE_STEP, 0)) {
			struct frame_state special = state; /* so that the other one's address is never taken */

			if (!stack_pass_special(walk, rule, &special))
				break;
			state = special;
			continue;
		}
		if (!rule) {
			stack_cut(walk, LOSS_STACK_NO_ROOM);
			break;
		}
		if (!stack_add_frame(walk, rule, state.address)) {
			stack_cut(walk, LOSS_STACK_DEEP);
			break;
		}
		if (!frame_step(rule, &state, stack_read, &walk->window)) {
			stack_cut(walk, LOSS_STACK_UNREADABLE);
			break;
		}
	}
	return frame_state_used_first(&state);
}

static unsigned stack_walk_from(struct stack_walk *walk, struct stack_origin origin, uint64_t leaf_address)
{
	struct frame_state state = frame_state_of(origin);
	uint64_t *begin = walk->next;

	*walk->next++ = stack_frame_of(stack_find_rule(walk, leaf_address), leaf_address);
	stack_open_window(walk, origin.sp);
	stack_log_end(&walk->window, stack_climb(walk, state));
	return walk->next - begin;
}

unsigned stack_capture(struct stack_origin origin, struct stack_limits limits, uint64_t leaf_address,
		       uint64_t *out_frames, unsigned limit, struct stack_log *out_log)
{
	struct stack_walk walk = {
		.rules = frame_rules_view(),
		.window = {.log = out_log},
		.limits = limits,
		.next = out_frames,
		.end = out_frames + limit,
	};

	return stack_walk_from(&walk, origin, leaf_address);
}

unsigned stack_capture_other(uint64_t mark, uint64_t leaf_address, uint64_t *out_frames, unsigned limit)
{
	char page[STACK_PAGE_BYTES];
	struct stack_walk walk = {
		.rules = frame_rules_view(),
		.window = {.may_probe = true, .copy = page},
		.next = out_frames,
		.end = out_frames + limit,
	};
	uint64_t address = stack_mark_address(mark);
	uint64_t words[2];

	if (!stack_read(&walk.window, address, &words[0]) ||
	    !stack_read(&walk.window, address + STACK_WORD_BYTES, &words[1]))
		return 0;
	return stack_walk_from(&walk, stack_origin_from(mark, words), leaf_address);
}
