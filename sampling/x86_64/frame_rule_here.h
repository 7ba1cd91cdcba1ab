/* SPDX-License-Identifier: MIT */
/* What a rule says. Included by frame_rule.h only. */
#ifndef CONTEND_FRAME_RULE_HERE_H
#define CONTEND_FRAME_RULE_HERE_H

/* What a question to libunwind takes; tests/unit/frame_rule_test measures 4.2 KB at most. */
#define FRAME_RULE_LEARN_STACK_BYTES 4608

/* One rule, decoded. CFA: the stack pointer before the call; return address at CFA - 8. */
struct frame_rule {
	enum frame_rule_kind kind;
	bool cfa_from_bp;   /* CFA = (bp or sp) + cfa_offset */
	bool cfa_is_loaded; /* CFA = the word at that address instead (realigned stacks) */
	bool bp_is_saved;   /* caller's bp is the word at CFA + bp_offset, else bp unchanged */
	bool bp_from_bp;    /* with bp_is_saved: at bp + bp_offset instead (realigned stacks) */
	int32_t cfa_offset; /* bytes; FRAME_RULE_CFA_BITS of them count */
	int32_t bp_offset;  /* bytes; FRAME_RULE_BP_BITS of them count */
	uint32_t module;    /* number of the object that the code belongs to (modules.h) */
};

/* The same in a word, from the lowest bit: kind, the four flags in the order above, bp_offset, cfa_offset, module. */
#define FRAME_RULE_CFA_FROM_BP   (UINT64_C(1) << 2)
#define FRAME_RULE_CFA_IS_LOADED (UINT64_C(1) << 3)
#define FRAME_RULE_BP_IS_SAVED   (UINT64_C(1) << 4)
#define FRAME_RULE_BP_FROM_BP    (UINT64_C(1) << 5)
#define FRAME_RULE_BP_SHIFT      6
#define FRAME_RULE_BP_BITS       16
#define FRAME_RULE_CFA_SHIFT     (FRAME_RULE_BP_SHIFT + FRAME_RULE_BP_BITS)
#define FRAME_RULE_CFA_BITS      26

/* Offsets that a rule can have are below that. */
#define FRAME_RULE_REACH_BYTES (1 << (FRAME_RULE_CFA_BITS - 1))

static inline int64_t frame_rule_cfa_offset(uint64_t word)
{
	return frame_rule_value(word, FRAME_RULE_CFA_BITS, FRAME_RULE_CFA_SHIFT);
}

static inline int64_t frame_rule_bp_offset(uint64_t word)
{
	return frame_rule_value(word, FRAME_RULE_BP_BITS, FRAME_RULE_BP_SHIFT);
}

#endif
