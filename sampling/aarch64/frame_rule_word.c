/* SPDX-License-Identifier: MIT */
#include "frame_rule.h"

_Static_assert(FRAME_RULE_CFA_SHIFT + FRAME_RULE_OFFSET_BITS == FRAME_RULE_MODULE_SHIFT, "a rule fills its word");

enum { WORD_BYTES = sizeof(uint64_t) };

/* In words, or where none is saved 0. */
struct places {
	int64_t first, apart;
};

static struct places places_of(const struct frame_rule *rule)
{
	if (!rule->pc_is_saved)
		return (struct places){.first = rule->bp_is_saved ? rule->bp_offset / WORD_BYTES : 0};
	return (struct places){
		.first = rule->pc_offset / WORD_BYTES,
		.apart = rule->bp_is_saved ? (rule->bp_offset - rule->pc_offset) / WORD_BYTES : 0,
	};
}

static bool is_aligned(const struct frame_rule *rule)
{
	return (rule->cfa_offset | rule->pc_offset | rule->bp_offset) % WORD_BYTES == 0;
}

uint64_t frame_rule_pack(const struct frame_rule *rule)
{
	uint64_t word = (uint64_t)rule->module << FRAME_RULE_MODULE_SHIFT;
	struct places places = places_of(rule);

	if (!is_aligned(rule) || !frame_rule_fits(rule->cfa_offset / WORD_BYTES, FRAME_RULE_OFFSET_BITS) ||
	    !frame_rule_fits(places.first, FRAME_RULE_OFFSET_BITS) ||
	    !frame_rule_fits(places.apart, FRAME_RULE_APART_BITS))
		return word | FRAME_RULE_NONE;
	word |= rule->kind;
	word |= rule->cfa_from_bp ? FRAME_RULE_CFA_FROM_BP : 0;
	word |= rule->pc_is_saved ? FRAME_RULE_PC_IS_SAVED : 0;
	word |= rule->bp_is_saved ? FRAME_RULE_BP_IS_SAVED : 0;
	word |= frame_rule_bits(places.apart, FRAME_RULE_APART_BITS, FRAME_RULE_APART_SHIFT);
	word |= frame_rule_bits(places.first, FRAME_RULE_OFFSET_BITS, FRAME_RULE_PLACE_SHIFT);
	word |= frame_rule_bits(rule->cfa_offset / WORD_BYTES, FRAME_RULE_OFFSET_BITS, FRAME_RULE_CFA_SHIFT);
	return word;
}

struct frame_rule frame_rule_unpack(uint64_t word)
{
	bool has_pc = word & FRAME_RULE_PC_IS_SAVED, has_bp = word & FRAME_RULE_BP_IS_SAVED;
	int32_t first = (int32_t)frame_rule_place_offset(word);

	return (struct frame_rule){
		.kind = frame_rule_kind(word),
		.cfa_from_bp = word & FRAME_RULE_CFA_FROM_BP,
		.pc_is_saved = has_pc,
		.bp_is_saved = has_bp,
		.cfa_offset = (int32_t)frame_rule_cfa_offset(word),
		.pc_offset = has_pc ? first : 0,
		.bp_offset = has_bp ? first + (int32_t)frame_rule_apart_bytes(word) : 0,
		.module = word >> FRAME_RULE_MODULE_SHIFT,
	};
}

bool frame_rule_is_possible(uint64_t word)
{
	const uint64_t module = UINT64_C(0xffff) << FRAME_RULE_MODULE_SHIFT;

	if (frame_rule_kind(word) != FRAME_RULE_STEP)
		return (word & ~module) == frame_rule_kind(word);
	if (!(word & FRAME_RULE_PC_IS_SAVED) && frame_rule_apart_bytes(word))
		return false;
	if (!(word & (FRAME_RULE_PC_IS_SAVED | FRAME_RULE_BP_IS_SAVED)) && frame_rule_place_offset(word))
		return false;
	return word & FRAME_RULE_CFA_FROM_BP || frame_rule_cfa_offset(word) > 0 ||
	       (frame_rule_cfa_offset(word) == 0 && !(word & FRAME_RULE_PC_IS_SAVED));
}
