/* SPDX-License-Identifier: MIT */
/* A function that traps at every stage of its prologue. Included by stack_test.c only. */
#ifndef TESTS_UNIT_STACK_TRAPS_H
#define TESTS_UNIT_STACK_TRAPS_H

#include <ucontext.h>

enum { TRAPS = 5 };

/* clang-format off */
__asm__(".text\n.type trap_early,@function\n"
	"trap_early:\n.cfi_startproc\n"
	"ud2\npushq %rbp\n.cfi_def_cfa_offset 16\n.cfi_offset 6,-16\n"
	"ud2\nmovq %rsp,%rbp\n.cfi_def_cfa_register 6\n"
	"ud2\nsubq $80,%rsp\nud2\n"
	"leave\n.cfi_def_cfa 7,8\n"
	"ud2\nret\n.cfi_endproc\n.size trap_early,.-trap_early\n");
/* clang-format on */
extern void trap_early(void);

/* Goes on behind the instruction. */
static void trap_pass(ucontext_t *interrupted)
{
	interrupted->uc_mcontext.gregs[REG_RIP] += 2;
}

#endif
