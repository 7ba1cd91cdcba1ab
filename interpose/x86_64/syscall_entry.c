/* SPDX-License-Identifier: MIT */
/* Overrides     syscall.
 * Nearly all calls go straight on: a few comparisons of the number and a jump, every register and the stack as they were, for
 * we know neither how many arguments there are nor what the call does to the stack (clone). The numbers that matter come by a
 * frame of ours to syscall_slow.
 */
#include <stddef.h>
#include <sys/syscall.h>

#include "syscall.h"

#define TEXT(word)     #word
#define TEXT_OF(macro) TEXT(macro)

#define SLOW_IF(number) "cmpl $" TEXT_OF(number) ", %edi\n\tje 1f\n\t"

_Static_assert(offsetof(struct real_distances, syscall) == 0, "the assembler below adds the first distance");
_Static_assert(SYS_prctl < SYS_futex && SYS_prctl < SYS_exit_group && SYS_prctl < SYS_seccomp &&
		       SYS_prctl < SYS_io_uring_enter && SYS_prctl < SYS_futex_waitv,
	       "and lets lower numbers pass");
_Static_assert(offsetof(struct syscall_call, arguments) == 8 && sizeof(struct syscall_call) == 7 * 8,
	       "the assembler below pushes it word by word");

/* al may count vector registers, for a real function that is variadic; r11 is nobody's. The pad keeps the stack aligned. */
__asm__(".text\n\t"
	".p2align 4\n\t"
	".globl syscall\n\t"
	".type syscall, @function\n"
	"syscall:\n\t"
	".cfi_startproc\n\t"
	"endbr64\n\t"
	/* clang-format off */
	"cmpl $" TEXT_OF(SYS_prctl) ", %edi\n\tjb 2f\n\tje 1f\n\t" /* the lowest: most calls are decided here */
	SLOW_IF(SYS_futex)
	SLOW_IF(SYS_exit_group)
	SLOW_IF(SYS_seccomp)
	SLOW_IF(SYS_io_uring_enter)
	SLOW_IF(SYS_futex_waitv)
	/* clang-format on */
	"2:\n\t"
	"leaq real_stub_syscall(%rip), %r11\n\t"
	"addq real_distances(%rip), %r11\n\t"
	"jmp *%r11\n"
	"1:\n\t"
	"pushq %rbp\n\t"
	".cfi_def_cfa_offset 16\n\t"
	".cfi_offset %rbp, -16\n\t"
	"movq %rsp, %rbp\n\t"
	".cfi_def_cfa_register %rbp\n\t"
	"pushq $0\n\t"
	"pushq 16(%rbp)\n\t"
	"pushq %r9\n\t"
	"pushq %r8\n\t"
	"pushq %rcx\n\t"
	"pushq %rdx\n\t"
	"pushq %rsi\n\t"
	"pushq %rdi\n\t"
	"movq %rsp, %rdi\n\t"
	"movq %rbp, %rsi\n\t"
	"call syscall_slow\n\t"
	"leave\n\t"
	".cfi_def_cfa %rsp, 8\n\t"
	"ret\n\t"
	".cfi_endproc\n\t"
	".size syscall, . - syscall\n");
