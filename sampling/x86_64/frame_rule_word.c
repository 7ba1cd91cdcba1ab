/* SPDX-License-Identifier: MIT */
#include "frame_rule.h"

_Static_assert(FRAME_RULE_CFA_SHIFT + FRAME_RULE_CFA_BITS == FRAME_RULE_MODULE_SHIFT, "a rule fills its word");

uint64_t frame_rule_pack(const struct frame_rule *rule)
{
	uint64_t word = (uint64_t)rule->module << FRAME_RULE_MODULE_SHIFT;

	if (!frame_rule_fits(rule->cfa_offset, FRAME_RULE_CFA_BITS) ||
	    !frame_rule_fits(rule->bp_offset, FRAME_RULE_BP_BITS))
		return word | FRAME_RULE_NONE;
	word |= rule->kind;
	word |= rule->cfa_from_bp ? FRAME_RULE_CFA_FROM_BP : 0;
	word |= rule->cfa_is_loaded ? FRAME_RULE_CFA_IS_LOADED : 0;
	word |= rule->bp_is_saved ? FRAME_RULE_BP_IS_SAVED : 0;
	word |= rule->bp_from_bp ? FRAME_RULE_BP_FROM_BP : 0;
	word |= frame_rule_bits(rule->bp_offset, FRAME_RULE_BP_BITS, FRAME_RULE_BP_SHIFT);
	word |= frame_rule_bits(rule->cfa_offset, FRAME_RULE_CFA_BITS, FRAME_RULE_CFA_SHIFT);
	return word;
}

struct frame_rule frame_rule_unpack(uint64_t word)
{
	return (struct frame_rule){
		.kind = frame_rule_kind(word),
		.cfa_from_bp = word & FRAME_RULE_CFA_FROM_BP,
		.cfa_is_loaded = word & FRAME_RULE_CFA_IS_LOADED,
		.bp_is_saved = word & FRAME_RULE_BP_IS_SAVED,
		.bp_from_bp = word & FRAME_RULE_BP_FROM_BP,
		.cfa_offset = frame_rule_cfa_offset(word),
		.bp_offset = frame_rule_bp_offset(word),
		.module = word >> FRAME_RULE_MODULE_SHIFT,
	};
}

bool frame_rule_is_possible(uint64_t word)
{
	const uint64_t module = UINT64_C(0xffff) << FRAME_RULE_MODULE_SHIFT;

	if (frame_rule_kind(word) != FRAME_RULE_STEP)
		return (word & ~module) == frame_rule_kind(word);
	if (!(word & FRAME_RULE_BP_IS_SAVED) && ((word & FRAME_RULE_BP_FROM_BP) || frame_rule_bp_offset(word)))
		return false;
	return word & (FRAME_RULE_CFA_FROM_BP | FRAME_RULE_CFA_IS_LOADED) || frame_rule_cfa_offset(word) > 0;
}
