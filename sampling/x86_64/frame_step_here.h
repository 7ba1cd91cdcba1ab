/* SPDX-License-Identifier: MIT */
/* How a step is taken. Included by frame_step.h only. */
#ifndef CONTEND_FRAME_STEP_HERE_H
#define CONTEND_FRAME_STEP_HERE_H

#include "stack_origin.h"

/* Where the kernel leaves the interrupted state, from the stack pointer that a handler returns with. */
enum {
	FRAME_SIGNAL_BP_OFFSET = 120,
	FRAME_SIGNAL_SP_OFFSET = 160,
	FRAME_SIGNAL_PC_OFFSET = 168,
};

/* The state between two frames. */
struct frame_state {
	uint64_t address; /* look-up address: return address - 1, or the interrupted instruction */
	uint64_t sp;
	uint64_t bp;
};

static inline struct frame_state frame_state_of(struct stack_origin origin)
{
	return (struct frame_state){.address = origin.pc - 1, .sp = origin.sp, .bp = origin.bp};
}

/* By a rule of kind STEP. False: memory that is not stack, or no way up; then *state is no frame's. */
static inline __attribute__((always_inline)) bool frame_step(uint64_t rule, struct frame_state *state,
							     frame_reader *read, void *memory)
{
	enum { WORD_BYTES = sizeof(uint64_t) };
	uint64_t cfa = (rule & FRAME_RULE_CFA_FROM_BP ? state->bp : state->sp) + frame_rule_cfa_offset(rule);
	uint64_t pc;

	if (rule & FRAME_RULE_CFA_IS_LOADED && !read(memory, cfa, &cfa))
		return false;
	if (cfa <= state->sp || !read(memory, cfa - WORD_BYTES, &pc))
		return false;
	if (rule & FRAME_RULE_BP_IS_SAVED &&
	    !read(memory, (rule & FRAME_RULE_BP_FROM_BP ? state->bp : cfa) + frame_rule_bp_offset(rule), &state->bp))
		return false;
	state->sp = cfa;
	state->address = pc - 1;
	return true;
}

/* By a rule of kind SIGNAL: to the interrupted code, perhaps on another stack. */
static inline bool frame_step_signal(struct frame_state *state, frame_reader *read, void *memory)
{
	uint64_t base = state->sp;

	return read(memory, base + FRAME_SIGNAL_PC_OFFSET, &state->address) &&
	       read(memory, base + FRAME_SIGNAL_BP_OFFSET, &state->bp) &&
	       read(memory, base + FRAME_SIGNAL_SP_OFFSET, &state->sp);
}

#endif
