/* SPDX-License-Identifier: MIT */
/* A function that traps at every stage of its prologue. Included by stack_test.c only. */
#ifndef TESTS_UNIT_STACK_TRAPS_H
#define TESTS_UNIT_STACK_TRAPS_H

#include <ucontext.h>

enum { TRAPS = 5 };

/* clang-format off */
__asm__(".text\n.type trap_early,%function\n"
	"trap_early:\n.cfi_startproc\n"
	"udf #0\nstp x29, x30, [sp, #-32]!\n.cfi_def_cfa_offset 32\n.cfi_offset 29,-32\n.cfi_offset 30,-24\n"
	"udf #0\nmov x29, sp\n.cfi_def_cfa_register 29\n"
	"udf #0\nsub sp, sp, #80\nudf #0\n"
	"mov sp, x29\nldp x29, x30, [sp], #32\n.cfi_def_cfa 31,0\n.cfi_restore 29\n.cfi_restore 30\n"
	"udf #0\nret\n.cfi_endproc\n.size trap_early,.-trap_early\n");
/* clang-format on */
extern void trap_early(void);

/* Goes on behind the instruction. */
static void trap_pass(ucontext_t *interrupted)
{
	interrupted->uc_mcontext.pc += 4;
}

#endif
