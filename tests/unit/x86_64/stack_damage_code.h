/* SPDX-License-Identifier: MIT */
/* Functions with wrong unwind information. Included by stack_damage_test.c only. */
#ifndef TESTS_UNIT_STACK_DAMAGE_CODE_H
#define TESTS_UNIT_STACK_DAMAGE_CODE_H

/* clang-format off */
#define CALLER(name, before, after)                                                                                    \
	".type call_" #name ",@function\ncall_" #name ":\n" before "callq *%rdi\n" after "ret\n"
__asm__(".text\n"
	CALLER(silent, "pushq %rbp\nmovq $12345,%rbp\n", "popq %rbp\n")
	CALLER(lying, ".cfi_startproc\nsubq $40,%rsp\n.cfi_def_cfa_offset 0x100000\n", "addq $40,%rsp\n.cfi_endproc\n")
	CALLER(random_bp, ".cfi_startproc\npushq %rbp\nmovq $0x123456789abcdef0,%rbp\n.cfi_def_cfa 6,16\n",
	       "popq %rbp\n.cfi_def_cfa 7,8\n.cfi_endproc\n")
	CALLER(null_bp, ".cfi_startproc\npushq %rbp\nxorl %ebp,%ebp\n.cfi_def_cfa 6,16\n",
	       "popq %rbp\n.cfi_def_cfa 7,8\n.cfi_endproc\n")
	CALLER(downward, ".cfi_startproc\nsubq $48,%rsp\npushq %rbp\nleaq -64(%rsp),%rbp\n.cfi_def_cfa 6,16\n",
	       "popq %rbp\naddq $48,%rsp\n.cfi_def_cfa 7,8\n.cfi_endproc\n"));
/* clang-format on */

/* sub $8, %rsp; call *%rdi; add $8, %rsp; ret */
static const unsigned char made_code[] = {0x48, 0x83, 0xec, 0x08, 0xff, 0xd7, 0x48, 0x83, 0xc4, 0x08, 0xc3};

#endif
