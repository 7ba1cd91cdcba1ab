/* SPDX-License-Identifier: MIT */
/* Code whose call frame information is written by hand, and the rules for it. Included by frame_rule_test.c only. */
#ifndef TESTS_UNIT_FRAME_SHAPES_H
#define TESTS_UNIT_FRAME_SHAPES_H

/* clang-format off */
/* One label for each place that is asked about. */
#define SHAPE(name, ...) "shape_" #name ":\n.cfi_startproc\nnop\n" __VA_ARGS__ "nop\nnop\n.cfi_endproc\n"
#define EXPRESSION(bytes) ".cfi_escape 0x0f," bytes "\n" /* DW_CFA_def_cfa_expression: length, operations */
#define PUSHED ".cfi_def_cfa_offset 48\n.cfi_offset 29,-48\n.cfi_offset 30,-40\n"
__asm__(".text\n"
	SHAPE(entry)
	SHAPE(grown, ".cfi_def_cfa_offset 32\nlabel_grown:\n")
	SHAPE(pushed, PUSHED "label_pushed:\n")
	SHAPE(framed, PUSHED ".cfi_def_cfa 29,48\nlabel_framed:\n")
	SHAPE(return_alone, ".cfi_def_cfa_offset 32\n.cfi_offset 30,-16\nlabel_return_alone:\n")
	SHAPE(bp_alone, ".cfi_def_cfa_offset 32\n.cfi_offset 29,-24\nlabel_bp_alone:\n")
	SHAPE(turned, ".cfi_def_cfa_offset 64\n.cfi_offset 30,-64\n.cfi_offset 29,-8\nlabel_turned:\n")
	SHAPE(restored, PUSHED ".cfi_remember_state\nnop\n.cfi_restore 29\n.cfi_restore 30\n.cfi_def_cfa_offset 0\nnop\n"
	      ".cfi_restore_state\nlabel_restored:\n")
	/* The return address is signed from here on. */
	SHAPE(signed, PUSHED ".cfi_negate_ra_state\nlabel_signed:\n")
	/* Where a handler returns to. */
	SHAPE(signal, ".set label_signal, . - 1\nmov x8, #139\nsvc #0\n")
	SHAPE(nearly_signal, ".set label_nearly_signal, . - 1\nmov x8, #138\nsvc #0\n")
	SHAPE(outermost, ".cfi_undefined 30\nlabel_outermost:\n")
	SHAPE(large, ".cfi_def_cfa_offset 0x1ffff0\n.cfi_offset 29,-0x1ffff0\n.cfi_offset 30,-0x1fffe8\nlabel_large:\n")
	/* What no rule can say. */
	SHAPE(too_large, ".cfi_def_cfa_offset 0x200000\nlabel_too_large:\n")
	SHAPE(apart, ".cfi_def_cfa_offset 512\n.cfi_offset 29,-512\n.cfi_offset 30,-8\nlabel_apart:\n")
	SHAPE(nowhere, ".cfi_offset 30,-8\nlabel_nowhere:\n")
	SHAPE(from_x10, ".cfi_def_cfa 10,0\nlabel_from_x10:\n")
	SHAPE(bp_in_x19, ".cfi_register 29,19\nlabel_bp_in_x19:\n")
	SHAPE(return_in_x19, ".cfi_register 30,19\nlabel_return_in_x19:\n")
	SHAPE(bp_lost, ".cfi_undefined 29\nlabel_bp_lost:\n")
	SHAPE(loaded, EXPRESSION("3,0x8d,0x78,0x06") "label_loaded:\n") /* *(x29 - 8) */
	/* What is no call frame information at all. */
	SHAPE(loops, EXPRESSION("3,0x2f,0xfd,0xff") "label_loops:\n") /* skip -3 */
	SHAPE(divides, EXPRESSION("12,0x0f,0,0,0,0,0,0,0,0x80,0x09,0xff,0x1b") "label_divides:\n") /* INT64_MIN / -1 */
	SHAPE(reads_null, EXPRESSION("3,0x08,0x10,0x06") "label_reads_null:\n") /* *(16) */
	SHAPE(reads_wild, EXPRESSION("10,0x0e,1,2,3,4,5,6,7,8,0x06") "label_reads_wild:\n")
	SHAPE(reads_odd, EXPRESSION("3,0x8f,0x03,0x06") "label_reads_odd:\n") /* *(sp + 3) */
	SHAPE(underflows, EXPRESSION("2,0x1c,0x1c") "label_underflows:\n") /* minus, minus */
	SHAPE(register_wild, ".cfi_escape 0x09,3,0x80,0x80,0x80,0x80,0x01\nlabel_register_wild:\n")
	SHAPE(return_wild, ".cfi_return_column 100\nlabel_return_wild:\n")
	SHAPE(remembers_much, ".rept 40\n.cfi_remember_state\n.endr\nlabel_remembers_much:\n")
	SHAPE(restores_nothing, ".cfi_escape 0x0b\nlabel_restores_nothing:\n")
	"shape_silent:\nnop\nnop\nlabel_silent:\nnop\nnop\n");

#define STEP(...) {.kind = FRAME_RULE_STEP, __VA_ARGS__}
#define NONE      {.kind = FRAME_RULE_NONE}
#define PAIR      .pc_is_saved = true, .bp_is_saved = true, .pc_offset = -40, .bp_offset = -48
#define EXPECTATIONS(E)                                                                                                \
	E(shape_entry, STEP(.cfa_offset = 0))                                                                           \
	E(label_grown, STEP(.cfa_offset = 32))                                                                          \
	E(label_pushed, STEP(.cfa_offset = 48, PAIR))                                                                   \
	E(label_framed, STEP(.cfa_from_bp = true, .cfa_offset = 48, PAIR))                                              \
	E(label_return_alone, STEP(.cfa_offset = 32, .pc_is_saved = true, .pc_offset = -16))                            \
	E(label_bp_alone, STEP(.cfa_offset = 32, .bp_is_saved = true, .bp_offset = -24))                                \
	E(label_turned, STEP(.cfa_offset = 64, .pc_is_saved = true, .pc_offset = -64, .bp_is_saved = true, .bp_offset = -8))\
	E(label_restored, STEP(.cfa_offset = 48, PAIR))                                                                 \
	E(label_signed, STEP(.cfa_offset = 48, PAIR))                                                                   \
	E(label_signal, {.kind = FRAME_RULE_SIGNAL})                                                                    \
	E(label_nearly_signal, STEP(.cfa_offset = 0))                                                                   \
	E(label_outermost, {.kind = FRAME_RULE_END})                                                                    \
	E(label_large, STEP(.cfa_offset = 0x1ffff0, .pc_is_saved = true, .pc_offset = -0x1fffe8, .bp_is_saved = true, .bp_offset = -0x1ffff0))\
	E(label_too_large, NONE)                                                                                        \
	E(label_apart, NONE)                                                                                            \
	E(label_nowhere, NONE)                                                                                          \
	E(label_from_x10, NONE)                                                                                         \
	E(label_bp_in_x19, NONE)                                                                                        \
	E(label_return_in_x19, NONE)                                                                                    \
	E(label_bp_lost, NONE)                                                                                          \
	E(label_loaded, NONE)                                                                                           \
	E(label_loops, NONE)                                                                                           \
	E(label_divides, NONE)                                                                                         \
	E(label_reads_null, NONE)                                                                                      \
	E(label_reads_wild, NONE)                                                                                      \
	E(label_reads_odd, NONE)                                                                                       \
	E(label_underflows, NONE)                                                                                      \
	E(label_register_wild, NONE)                                                                                   \
	E(label_return_wild, NONE)                                                                                     \
	E(label_remembers_much, NONE)                                                                                  \
	E(label_restores_nothing, NONE)                                                                                \
	E(label_silent, NONE)
/* clang-format on */

static void check_packing(void)
{
	struct frame_rule rule = {
		.kind = FRAME_RULE_STEP,
		.cfa_from_bp = true,
		.pc_is_saved = true,
		.bp_is_saved = true,
		.cfa_offset = -(1 << 21),
		.pc_offset = (1 << 21) - 8,
		.bp_offset = (1 << 21) - 8 + 15 * 8,
		.module = 0xfffe,
	};
	struct frame_rule back = frame_rule_unpack(frame_rule_pack(&rule));

	ok(back.kind == rule.kind && back.cfa_from_bp && back.pc_is_saved && back.bp_is_saved &&
		   back.cfa_offset == rule.cfa_offset && back.pc_offset == rule.pc_offset &&
		   back.bp_offset == rule.bp_offset && back.module == rule.module,
	   "the extremes come back from a packed rule");
	rule.bp_offset += 8;
	is_u64(frame_rule_pack(&rule), FRAME_RULE_NONE | UINT64_C(0xfffe) << 48,
	       "two places too far apart make it NONE");
	rule.pc_offset += 8;
	is_u64(frame_rule_pack(&rule), FRAME_RULE_NONE | UINT64_C(0xfffe) << 48, "as does an offset too large");
	rule.pc_offset = rule.bp_offset = 0;
	rule.cfa_offset -= 8;
	is_u64(frame_rule_pack(&rule), FRAME_RULE_NONE | UINT64_C(0xfffe) << 48, "and the other");
	rule.cfa_offset = 12;
	is_u64(frame_rule_pack(&rule), FRAME_RULE_NONE | UINT64_C(0xfffe) << 48, "and half a word");
}

#endif
