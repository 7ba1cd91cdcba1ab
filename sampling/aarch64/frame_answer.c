/* SPDX-License-Identifier: MIT */
#include "frame_answer.h"

/* Fills the CFA part of a STEP rule. */
static bool answer_cfa(const struct frame_answer *answer, struct frame_rule *rule)
{
	rule->cfa_from_bp = answer->cfa.base == FRAME_REGISTER_BP;
	rule->cfa_offset = answer->cfa.offset;
	return rule->cfa_from_bp || answer->cfa.base == FRAME_REGISTER_SP;
}

/* A function that has a frame has it below its caller's; one that has none yet has saved nothing. */
static bool rule_climbs(const struct frame_rule *rule)
{
	return rule->cfa_from_bp || rule->cfa_offset > 0 || (rule->cfa_offset == 0 && !rule->pc_is_saved);
}

/* Is a register's word the register as it was (*out_is_saved false), or was it loaded so far from the CFA? */
static bool answer_word(const struct frame_answer *answer, struct frame_symbol word, uint32_t itself,
			const struct frame_symbol *loads, bool *out_is_saved, int32_t *out_offset)
{
	struct frame_symbol from;

	*out_is_saved = frame_symbol_is_loaded(word, loads, &from);
	if (!*out_is_saved)
		return frame_symbol_is(word, itself, 0);
	*out_offset = from.offset - answer->cfa.offset;
	return from.base == answer->cfa.base;
}

struct frame_rule frame_answer_rule(const struct frame_answer *answer, const struct frame_symbol *loads)
{
	struct frame_rule rule = {.kind = FRAME_RULE_STEP};

	if (answer_cfa(answer, &rule) &&
	    answer_word(answer, answer->pc, FRAME_REGISTER_LR, loads, &rule.pc_is_saved, &rule.pc_offset) &&
	    answer_word(answer, answer->bp, FRAME_REGISTER_BP, loads, &rule.bp_is_saved, &rule.bp_offset) &&
	    rule_climbs(&rule))
		return rule;
	return (struct frame_rule){.kind = FRAME_RULE_NONE};
}
