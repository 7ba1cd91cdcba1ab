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

#define SLOW_IF(number) "cmp w0, #" TEXT_OF(number) "\n\tb.eq 1f\n\t"

_Static_assert(offsetof(struct real_distances, syscall) == 0, "the assembler below adds the first distance");
_Static_assert(SYS_exit_group < SYS_futex && SYS_exit_group < SYS_prctl && SYS_exit_group < SYS_seccomp &&
		       SYS_exit_group < SYS_io_uring_enter && SYS_exit_group < SYS_futex_waitv,
	       "and lets lower numbers pass");
_Static_assert(offsetof(struct syscall_call, arguments) == 8 && sizeof(struct syscall_call) == 7 * 8,
	       "the assembler below stores it word by word");

/* x16 and x17 are nobody's. The frame has 80 bytes: the frame pointer and the return address, the call, and what keeps the stack
 * aligned; its mark says so (stack_origin.h). hint #34 is where branches may go that must be marked. */
__asm__(".text\n\t"
	".p2align 4\n\t"
	".globl syscall\n\t"
	".type syscall, %function\n"
	"syscall:\n\t"
	".cfi_startproc\n\t"
	"hint #34\n\t"
	/* clang-format off */
	"cmp w0, #" TEXT_OF(SYS_exit_group) "\n\tb.lo 2f\n\tb.eq 1f\n\t" /* the lowest: many calls are decided here */
	SLOW_IF(SYS_futex)
	SLOW_IF(SYS_prctl)
	SLOW_IF(SYS_seccomp)
	SLOW_IF(SYS_io_uring_enter)
	SLOW_IF(SYS_futex_waitv)
	/* clang-format on */
	"2:\n\t"
	"adrp x16, real_stub_syscall\n\t"
	"add x16, x16, :lo12:real_stub_syscall\n\t"
	"adrp x17, real_distances\n\t"
	"ldr x17, [x17, :lo12:real_distances]\n\t"
	"add x16, x16, x17\n\t"
	"br x16\n"
	"1:\n\t"
	"stp x29, x30, [sp, #-80]!\n\t"
	".cfi_def_cfa_offset 80\n\t"
	".cfi_offset x29, -80\n\t"
	".cfi_offset x30, -72\n\t"
	"mov x29, sp\n\t"
	"stp x0, x1, [sp, #16]\n\t"
	"stp x2, x3, [sp, #32]\n\t"
	"stp x4, x5, [sp, #48]\n\t"
	"str x6, [sp, #64]\n\t"
	"add x0, sp, #16\n\t"
	"mov x1, #(80 / 16)\n\t"
	"orr x1, x29, x1, lsl #48\n\t"
	"bl syscall_slow\n\t"
	"ldp x29, x30, [sp], #80\n\t"
	".cfi_def_cfa_offset 0\n\t"
	".cfi_restore x29\n\t"
	".cfi_restore x30\n\t"
	"ret\n\t"
	".cfi_endproc\n\t"
	".size syscall, . - syscall\n");
