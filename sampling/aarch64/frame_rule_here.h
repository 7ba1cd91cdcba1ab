/* SPDX-License-Identifier: MIT */
/* What a rule says. Included by frame_rule.h only. */
#ifndef CONTEND_FRAME_RULE_HERE_H
#define CONTEND_FRAME_RULE_HERE_H

/* What a question to libunwind takes; tests/unit/frame_rule_test measures what it is at most. */
#define FRAME_RULE_LEARN_STACK_BYTES 12288

/* One rule, decoded. CFA: the stack pointer before the call. A function may not have saved the return address (yet): it is in the
 * link register then, which is only known of a function that a signal interrupted. */
struct frame_rule {
	enum frame_rule_kind kind;
	bool cfa_from_bp;   /* CFA = (bp or sp) + cfa_offset */
	bool pc_is_saved;   /* return address is the word at CFA + pc_offset, else in the link register */
	bool bp_is_saved;   /* caller's bp is the word at CFA + bp_offset, else bp unchanged */
	int32_t cfa_offset; /* bytes, of which FRAME_RULE_OFFSET_BITS words count, as in the next two */
	int32_t pc_offset;
	int32_t bp_offset; /* no further from pc_offset than FRAME_RULE_APART_BITS tell */
	uint32_t module;   /* number of the object that the code belongs to (modules.h) */
};

/* The same in a word, from the lowest bit: kind, the three flags in the order above, how many words after the return address bp is
 * saved, where the return address is (bp, if that is saved alone), cfa_offset, module. */
#define FRAME_RULE_CFA_FROM_BP (UINT64_C(1) << 2)
#define FRAME_RULE_PC_IS_SAVED (UINT64_C(1) << 3)
#define FRAME_RULE_BP_IS_SAVED (UINT64_C(1) << 4)
#define FRAME_RULE_APART_SHIFT 5
#define FRAME_RULE_APART_BITS  5
#define FRAME_RULE_PLACE_SHIFT (FRAME_RULE_APART_SHIFT + FRAME_RULE_APART_BITS)
#define FRAME_RULE_OFFSET_BITS 19
#define FRAME_RULE_CFA_SHIFT   (FRAME_RULE_PLACE_SHIFT + FRAME_RULE_OFFSET_BITS)

/* Offsets that a rule can have are below that. */
#define FRAME_RULE_REACH_BYTES (8 << (FRAME_RULE_OFFSET_BITS - 1))

static inline int64_t frame_rule_cfa_offset(uint64_t word)
{
	return frame_rule_value(word, FRAME_RULE_OFFSET_BITS, FRAME_RULE_CFA_SHIFT) * 8;
}

/* Of what is saved first. */
static inline int64_t frame_rule_place_offset(uint64_t word)
{
	return frame_rule_value(word, FRAME_RULE_OFFSET_BITS, FRAME_RULE_PLACE_SHIFT) * 8;
}

static inline int64_t frame_rule_apart_bytes(uint64_t word)
{
	return frame_rule_value(word, FRAME_RULE_APART_BITS, FRAME_RULE_APART_SHIFT) * 8;
}

#endif
