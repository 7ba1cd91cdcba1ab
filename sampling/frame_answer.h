/* SPDX-License-Identifier: MIT */
/* frame_answer: what libunwind's registers say after a step, made a rule. Each architecture has rules of its own.
 *
 * A symbol is a word of which nothing is known but where it comes from. Symbols below FRAME_REGISTER_COUNT are the registers as they
 * were, by their DWARF numbers, which are libunwind's own; the others were loaded from a symbol's place.
 *
 * Called from   frame_oracle.c. Pure.
 */
#ifndef CONTEND_FRAME_ANSWER_H
#define CONTEND_FRAME_ANSWER_H

#include "frame_registers.h"
#include "frame_rule.h"

/* A word loaded from `base` + `offset`; or just that sum. */
struct frame_symbol {
	uint32_t base; /* index of another symbol */
	int32_t offset;
};

struct frame_answer {
	struct frame_symbol cfa;
	struct frame_symbol bp;
	struct frame_symbol pc;
};

static inline bool frame_symbol_is(struct frame_symbol sum, uint32_t base, int32_t offset)
{
	return sum.base == base && sum.offset == offset;
}

/* The symbol that a word is, without an offset, which must be a word loaded from somewhere: from where? */
static inline bool frame_symbol_is_loaded(struct frame_symbol sum, const struct frame_symbol *loads,
					  struct frame_symbol *out_from)
{
	if (sum.offset || sum.base < FRAME_REGISTER_COUNT)
		return false;
	*out_from = loads[sum.base - FRAME_REGISTER_COUNT];
	return true;
}

/* loads: where the symbols from FRAME_REGISTER_COUNT on come from. Kind NONE if no rule says that. The module is left 0. */
struct frame_rule frame_answer_rule(const struct frame_answer *answer, const struct frame_symbol *loads);

#endif
