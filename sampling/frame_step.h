/* SPDX-License-Identifier: MIT */
/* frame_step: from a frame to its caller, by the frame's rule, whatever memory the words of the stack are read from.
 *
 * Called from   stack walks: of the own thread (stack.c), of other processes (report/process_walk.c).
 * Reading       `read` is called with `memory`; false: the word cannot be read. A function that is known at compile time is inlined.
 */
#ifndef CONTEND_FRAME_STEP_H
#define CONTEND_FRAME_STEP_H

#include "frame_rule.h"

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

typedef bool frame_reader(void *memory, uint64_t address, uint64_t *out_word);

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
