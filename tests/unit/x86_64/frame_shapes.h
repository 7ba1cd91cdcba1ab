/* SPDX-License-Identifier: MIT */
/* Code whose call frame information is written by hand, and the rules for it. Included by frame_rule_test.c only. */
#ifndef TESTS_UNIT_FRAME_SHAPES_H
#define TESTS_UNIT_FRAME_SHAPES_H

/* clang-format off */
/* Code whose call frame information is written by hand: one label for each place that is asked about. */
#define SHAPE(name, ...) "shape_" #name ":\n.cfi_startproc\nnop\n" __VA_ARGS__ "nop\nnop\n.cfi_endproc\n"
#define EXPRESSION(bytes) ".cfi_escape 0x0f," bytes "\n" /* DW_CFA_def_cfa_expression: length, operations */
__asm__(".text\n"
	SHAPE(entry)
	SHAPE(grown, ".cfi_def_cfa_offset 32\nlabel_grown:\n")
	SHAPE(pushed, ".cfi_def_cfa_offset 16\n.cfi_offset 6,-16\nlabel_pushed:\n")
	SHAPE(framed, ".cfi_def_cfa 6,16\n.cfi_offset 6,-16\nlabel_framed:\n")
	SHAPE(pushed_late, ".cfi_def_cfa_offset 64\n.cfi_offset 6,-56\nlabel_pushed_late:\n")
	SHAPE(restored, ".cfi_def_cfa 6,16\n.cfi_offset 6,-16\n.cfi_remember_state\nnop\n.cfi_def_cfa_offset 80\nnop\n"
	      ".cfi_restore_state\nlabel_restored:\n")
	/* rbp at *(rbp), CFA at *(rbp - 8): what gcc writes for a function that aligns its stack. */
	SHAPE(realigned, ".cfi_escape 0x10,6,2,0x76,0\n" EXPRESSION("3,0x76,0x78,0x06") "label_realigned:\n")
	/* CFA at *(rsp + 160), return address at *(rsp + 168), rbp at *(rsp + 120): a signal frame. */
	SHAPE(signal, EXPRESSION("4,0x77,0xa0,0x01,0x06") ".cfi_escape 0x10,6,3,0x77,0xf8,0\n"
	      ".cfi_escape 0x10,16,3,0x77,0xa8,0x01\nlabel_signal:\n")
	SHAPE(outermost, ".cfi_undefined 16\nlabel_outermost:\n")
	SHAPE(large, ".cfi_def_cfa_offset 0x1000000\nlabel_large:\n")
	/* What no rule can say. */
	SHAPE(too_large, ".cfi_def_cfa_offset 0x8000000\nlabel_too_large:\n")
	SHAPE(nowhere, ".cfi_def_cfa_offset 0\nlabel_nowhere:\n")
	SHAPE(from_r10, ".cfi_def_cfa 10,0\nlabel_from_r10:\n")
	SHAPE(bp_in_rbx, ".cfi_register 6,3\nlabel_bp_in_rbx:\n")
	SHAPE(bp_lost, ".cfi_undefined 6\nlabel_bp_lost:\n")
	SHAPE(return_moved, ".cfi_offset 16,-16\nlabel_return_moved:\n")
	/* What is no call frame information at all. */
	SHAPE(loops, EXPRESSION("3,0x2f,0xfd,0xff") "label_loops:\n") /* skip -3 */
	SHAPE(divides, EXPRESSION("12,0x0f,0,0,0,0,0,0,0,0x80,0x09,0xff,0x1b") "label_divides:\n") /* INT64_MIN / -1 */
	SHAPE(reads_null, EXPRESSION("3,0x08,0x10,0x06") "label_reads_null:\n") /* *(16) */
	SHAPE(reads_wild, EXPRESSION("10,0x0e,1,2,3,4,5,6,7,8,0x06") "label_reads_wild:\n")
	SHAPE(reads_odd, EXPRESSION("3,0x77,0x03,0x06") "label_reads_odd:\n") /* *(rsp + 3) */
	SHAPE(underflows, EXPRESSION("2,0x1c,0x1c") "label_underflows:\n") /* minus, minus */
	SHAPE(register_wild, ".cfi_escape 0x09,3,0x80,0x80,0x80,0x80,0x01\nlabel_register_wild:\n")
	SHAPE(return_wild, ".cfi_return_column 100\nlabel_return_wild:\n")
	SHAPE(remembers_much, ".rept 40\n.cfi_remember_state\n.endr\nlabel_remembers_much:\n")
	SHAPE(restores_nothing, ".cfi_escape 0x0b\nlabel_restores_nothing:\n")
	"shape_silent:\nnop\nnop\nlabel_silent:\nnop\nnop\n");

#define STEP(...) {.kind = FRAME_RULE_STEP, __VA_ARGS__}
#define NONE      {.kind = FRAME_RULE_NONE}
#define EXPECTATIONS(E)                                                                                                \
	E(shape_entry, STEP(.cfa_offset = 8))                                                                          \
	E(label_grown, STEP(.cfa_offset = 32))                                                                         \
	E(label_pushed, STEP(.cfa_offset = 16, .bp_is_saved = true, .bp_offset = -16))                                 \
	E(label_framed, STEP(.cfa_from_bp = true, .cfa_offset = 16, .bp_is_saved = true, .bp_offset = -16))            \
	E(label_pushed_late, STEP(.cfa_offset = 64, .bp_is_saved = true, .bp_offset = -56))                            \
	E(label_restored, STEP(.cfa_from_bp = true, .cfa_offset = 16, .bp_is_saved = true, .bp_offset = -16))          \
	E(label_realigned, STEP(.cfa_from_bp = true, .cfa_is_loaded = true, .cfa_offset = -8, .bp_is_saved = true,     \
				.bp_from_bp = true))                                                                   \
	E(label_signal, {.kind = FRAME_RULE_SIGNAL})                                                                   \
	E(label_outermost, {.kind = FRAME_RULE_END})                                                                   \
	E(label_large, STEP(.cfa_offset = 0x1000000))                                                                  \
	E(label_too_large, NONE)                                                                                       \
	E(label_nowhere, NONE)                                                                                         \
	E(label_from_r10, NONE)                                                                                        \
	E(label_bp_in_rbx, NONE)                                                                                       \
	E(label_bp_lost, NONE)                                                                                         \
	E(label_return_moved, NONE)                                                                                    \
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
		.bp_is_saved = true,
		.cfa_offset = -(1 << 25),
		.bp_offset = 32767,
		.module = 0xfffe,
	};
	struct frame_rule back = frame_rule_unpack(frame_rule_pack(&rule));

	ok(back.kind == rule.kind && back.cfa_from_bp && !back.cfa_is_loaded && back.bp_is_saved && !back.bp_from_bp &&
		   back.cfa_offset == rule.cfa_offset && back.bp_offset == rule.bp_offset && back.module == rule.module,
	   "the extremes come back from a packed rule");
	rule.bp_offset++;
	is_u64(frame_rule_pack(&rule), FRAME_RULE_NONE | UINT64_C(0xfffe) << 48, "an offset too large makes it NONE");
	rule.bp_offset = 0;
	rule.cfa_offset--;
	is_u64(frame_rule_pack(&rule), FRAME_RULE_NONE | UINT64_C(0xfffe) << 48, "as does the other");
}

#endif
