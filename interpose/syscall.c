/* SPDX-License-Identifier: MIT */
/* Overrides     syscall.
 * Nearly all calls go straight on: a few comparisons of the number and a jump, every register and the stack as they were, for
 * we know neither how many arguments there are nor what the call does to the stack (clone). The numbers that matter come by a
 * frame of ours to syscall_slow. None of them is a cancellation point here.
 */
#include <errno.h>
#include <stddef.h>
#include <sys/syscall.h>

#include "futex.h"
#include "lifecycle.h"
#include "sandbox.h"
#include "syscall.h"

#ifndef __x86_64__
#error "syscall.c knows x86-64 only"
#endif

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

/* Interrupted and timed out: time has passed. All other errors are answers. */
enum wait_outcome syscall_outcome(long result)
{
	if (result != -1)
		return WAIT_OVER;
	return errno == EINTR || errno == ETIMEDOUT || errno == ETIME ? WAIT_GIVEN_UP : WAIT_REFUSED;
}

long syscall_wait(const struct syscall_call *call, struct record_site site)
{
	struct record_wait wait;
	long result;

	wait.site = site;
	measure_wait_begin(&wait);
	result = syscall_real(call);
	measure_wait_end(&wait, syscall_outcome(result));
	return result;
}

/* io_uring_enter(ring, to_submit, min_complete, flags, ...) */
static long ring_enter(const struct syscall_call *call, const void *frame_pointer)
{
	enum { GET_EVENTS = 1 }; /* IORING_ENTER_GETEVENTS */

	if (!record_is_on() || (uint32_t)call->arguments[2] == 0 || !(call->arguments[3] & GET_EVENTS))
		return syscall_real(call);
	return syscall_wait(call, syscall_site(WAIT_IO_URING, NULL, frame_pointer));
}

static long end_process(const struct syscall_call *call)
{
	lifecycle_before_end(LIFECYCLE_END);
	return syscall_real(call);
}

/* frame_pointer: of the frame that the assembler made. */
__attribute__((visibility("hidden"))) long syscall_slow(const struct syscall_call *call, const void *frame_pointer);

long syscall_slow(const struct syscall_call *call, const void *frame_pointer)
{
	switch ((int)call->number) {
	case SYS_futex:
		return futex_call(call, frame_pointer);
	case SYS_futex_waitv:
		return futex_waitv(call, frame_pointer);
	case SYS_io_uring_enter:
		return ring_enter(call, frame_pointer);
	case SYS_exit_group:
		return end_process(call);
	default:
		return sandbox_call(call);
	}
}
