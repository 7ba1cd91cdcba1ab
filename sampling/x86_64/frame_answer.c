/* SPDX-License-Identifier: MIT */
#include "frame_answer.h"
#include "frame_step.h"

enum { WORD_BYTES = sizeof(uint64_t) };

static bool answer_is_signal(const struct frame_answer *answer, const struct frame_symbol *loads)
{
	struct frame_symbol cfa, bp, pc;

	return frame_symbol_is_loaded(answer->cfa, loads, &cfa) &&
	       frame_symbol_is(cfa, FRAME_REGISTER_SP, FRAME_SIGNAL_SP_OFFSET) &&
	       frame_symbol_is_loaded(answer->pc, loads, &pc) &&
	       frame_symbol_is(pc, FRAME_REGISTER_SP, FRAME_SIGNAL_PC_OFFSET) &&
	       frame_symbol_is_loaded(answer->bp, loads, &bp) &&
	       frame_symbol_is(bp, FRAME_REGISTER_SP, FRAME_SIGNAL_BP_OFFSET);
}

/* Fills the CFA half of a STEP rule. */
static bool answer_cfa(const struct frame_answer *answer, const struct frame_symbol *loads, struct frame_rule *rule)
{
	struct frame_symbol cfa = answer->cfa;
	struct frame_symbol pc;

	if (!frame_symbol_is_loaded(answer->pc, loads, &pc) || !frame_symbol_is(pc, cfa.base, cfa.offset - WORD_BYTES))
		return false;
	rule->cfa_is_loaded = frame_symbol_is_loaded(answer->cfa, loads, &cfa);
	if (cfa.base != FRAME_REGISTER_SP && cfa.base != FRAME_REGISTER_BP)
		return false;
	rule->cfa_from_bp = cfa.base == FRAME_REGISTER_BP;
	rule->cfa_offset = cfa.offset;
	return rule->cfa_from_bp || rule->cfa_is_loaded || cfa.offset > 0;
}

/* Fills the bp half. */
static bool answer_bp(const struct frame_answer *answer, const struct frame_symbol *loads, struct frame_rule *rule)
{
	struct frame_symbol bp;

	if (frame_symbol_is(answer->bp, FRAME_REGISTER_BP, 0))
		return true;
	if (!frame_symbol_is_loaded(answer->bp, loads, &bp))
		return false;
	rule->bp_is_saved = true;
	rule->bp_from_bp = bp.base == FRAME_REGISTER_BP && answer->cfa.base != FRAME_REGISTER_BP;
	rule->bp_offset = rule->bp_from_bp ? bp.offset : bp.offset - answer->cfa.offset;
	return rule->bp_from_bp || bp.base == answer->cfa.base;
}

struct frame_rule frame_answer_rule(const struct frame_answer *answer, const struct frame_symbol *loads)
{
	struct frame_rule rule = {.kind = FRAME_RULE_STEP};

	if (answer_is_signal(answer, loads))
		return (struct frame_rule){.kind = FRAME_RULE_SIGNAL};
	if (answer_cfa(answer, loads, &rule) && answer_bp(answer, loads, &rule))
		return rule;
	return (struct frame_rule){.kind = FRAME_RULE_NONE};
}
