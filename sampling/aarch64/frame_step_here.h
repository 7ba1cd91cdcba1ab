/* SPDX-License-Identifier: MIT */
/* How a step is taken. Included by frame_step.h only. */
#ifndef CONTEND_FRAME_STEP_HERE_H
#define CONTEND_FRAME_STEP_HERE_H

#include "stack_origin.h"

/* Where the kernel leaves the interrupted state, from the stack pointer that a handler returns with. */
enum {
	FRAME_SIGNAL_REGISTERS =
		312, /* x0, x1, ...; before them siginfo (128), the head of ucontext (176) and the fault's address */
	FRAME_SIGNAL_BP_OFFSET = FRAME_SIGNAL_REGISTERS + 29 * 8,
	FRAME_SIGNAL_LR_OFFSET = FRAME_SIGNAL_REGISTERS + 30 * 8,
	FRAME_SIGNAL_SP_OFFSET = FRAME_SIGNAL_REGISTERS + 31 * 8,
	FRAME_SIGNAL_PC_OFFSET = FRAME_SIGNAL_REGISTERS + 32 * 8,
};

enum frame_bp { FRAME_BP_FIRST, FRAME_BP_SAVED, FRAME_BP_READ };

/* The state between two frames. A saved bp is read when a rule asks for it, which few do: to most code it is a register like others, and
 * what lies there says nothing of the stack. */
struct frame_state {
	uint64_t address; /* look-up address: return address - 1, or the interrupted instruction */
	uint64_t sp;
	uint64_t bp;           /* SAVED: where it is */
	enum frame_bp bp_kind; /* FIRST: as the walk began with it */
	bool has_used_first;
	uint64_t lr; /* of interrupted code; 0: not known, as calls change it */
};

static inline struct frame_state frame_state_of(struct stack_origin origin)
{
	return (struct frame_state){.address = origin.pc - 1, .sp = origin.sp, .bp = origin.bp};
}

/* Did a rule ask for the bp that the walk began with? */
static inline bool frame_state_used_first(const struct frame_state *state)
{
	return state->has_used_first;
}

static inline __attribute__((always_inline)) bool frame_state_need_bp(struct frame_state *state, frame_reader *read,
								      void *memory)
{
	if (state->bp_kind == FRAME_BP_FIRST)
		state->has_used_first = true;
	if (state->bp_kind != FRAME_BP_SAVED)
		return true;
	state->bp_kind = FRAME_BP_READ;
	return read(memory, state->bp, &state->bp);
}

/* By a rule of kind STEP. False: memory that is not stack, or no way up; then *state is no frame's. */
static inline __attribute__((always_inline)) bool frame_step(uint64_t rule, struct frame_state *state,
							     frame_reader *read, void *memory)
{
	uint64_t cfa, place, pc = state->lr;

	if (rule & FRAME_RULE_CFA_FROM_BP && !frame_state_need_bp(state, read, memory))
		return false;
	cfa = (rule & FRAME_RULE_CFA_FROM_BP ? state->bp : state->sp) + frame_rule_cfa_offset(rule);
	place = cfa + frame_rule_place_offset(rule);
	if (__builtin_expect(rule & FRAME_RULE_PC_IS_SAVED, 1)) {
		if (cfa <= state->sp || !read(memory, place, &pc))
			return false;
	} else if (cfa < state->sp || !pc) {
		return false;
	}
	if (rule & FRAME_RULE_BP_IS_SAVED) {
		state->bp = place + frame_rule_apart_bytes(rule);
		state->bp_kind = FRAME_BP_SAVED;
	}
	state->sp = cfa;
	state->lr = 0;
	state->address = stack_strip_address(pc) - 1;
	return true;
}

/* By a rule of kind SIGNAL: to the interrupted code, perhaps on another stack. */
static inline bool frame_step_signal(struct frame_state *state, frame_reader *read, void *memory)
{
	uint64_t base = state->sp;

	state->bp_kind = FRAME_BP_READ;
	return read(memory, base + FRAME_SIGNAL_PC_OFFSET, &state->address) &&
	       read(memory, base + FRAME_SIGNAL_BP_OFFSET, &state->bp) &&
	       read(memory, base + FRAME_SIGNAL_LR_OFFSET, &state->lr) &&
	       read(memory, base + FRAME_SIGNAL_SP_OFFSET, &state->sp);
}

#endif
