/* SPDX-License-Identifier: MIT */
/* own_stack: run something big where the stack may be tiny: in a signal handler, or in a thread that was given little.
 *
 * Called from   any context, by one thread at a time. A signal handler that comes meanwhile runs on this stack, too.
 */
#ifndef CONTEND_OWN_STACK_H
#define CONTEND_OWN_STACK_H

#ifndef __x86_64__
#error "own_stack.h knows x86-64 only"
#endif

/* Calls function() with the stack that ends at `top` (16-byte aligned), and comes back to this one. */
static inline void own_stack_call(void (*function)(void), void *top)
{
	__asm__ volatile("movq %%rsp, %%rbx\n\t"
			 "movq %[top], %%rsp\n\t"
			 "call *%[function]\n\t"
			 "movq %%rbx, %%rsp"
			 :
			 : [function] "r"(function), [top] "r"(top)
			 : "rbx", "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "xmm0", "xmm1", "xmm2",
			   "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13",
			   "xmm14", "xmm15", "memory", "cc");
}

#endif
