/* SPDX-License-Identifier: MIT */
/* Functions with wrong unwind information. Included by stack_damage_test.c only. */
#ifndef TESTS_UNIT_STACK_DAMAGE_CODE_H
#define TESTS_UNIT_STACK_DAMAGE_CODE_H

/* clang-format off */
#define CALLER(name, before, after)                                                                                    \
	".globl call_" #name "\n.hidden call_" #name "\n.type call_" #name ",%function\ncall_" #name ":\n" before "blr x0\n" after "ret\n"
#define PUSHED "stp x29, x30, [sp, #-16]!\n"
#define TOLD   ".cfi_def_cfa_offset 16\n.cfi_offset 29,-16\n.cfi_offset 30,-8\n"
#define POPPED "ldp x29, x30, [sp], #16\n"
__asm__(".text\n"
	CALLER(silent, PUSHED "mov x29, #12345\n", POPPED)
	CALLER(lying, ".cfi_startproc\n" PUSHED TOLD ".cfi_def_cfa_offset 0x100000\n", POPPED ".cfi_endproc\n")
	CALLER(random_bp, ".cfi_startproc\n" PUSHED TOLD "ldr x29, =0x123456789abcdef0\n.cfi_def_cfa 29,16\n",
	       POPPED ".cfi_def_cfa 31,0\n.cfi_endproc\n")
	CALLER(null_bp, ".cfi_startproc\n" PUSHED TOLD "mov x29, #0\n.cfi_def_cfa 29,16\n",
	       POPPED ".cfi_def_cfa 31,0\n.cfi_endproc\n")
	CALLER(downward, ".cfi_startproc\nsub sp, sp, #64\n" PUSHED TOLD "sub x29, sp, #64\n.cfi_def_cfa 29,16\n",
	       POPPED "add sp, sp, #64\n.cfi_def_cfa 31,0\n.cfi_endproc\n")
	".ltorg\n");
/* clang-format on */

/* stp x29, x30, [sp, #-16]!; blr x0; ldp x29, x30, [sp], #16; ret */
static const uint32_t made_code[] = {0xa9bf7bfd, 0xd63f0000, 0xa8c17bfd, 0xd65f03c0};

#endif
