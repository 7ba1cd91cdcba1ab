/* SPDX-License-Identifier: MIT */
/* call_on_stack: a function called with another stack. Included by own_stack.c only. */
#ifndef CONTEND_CALL_ON_STACK_H
#define CONTEND_CALL_ON_STACK_H

/* Calls run() with the stack that ends at `top` (16-byte aligned), and comes back to this one. */
static inline void call_on_stack(void (*run)(void), char *top)
{
	__asm__ volatile("movq %%rsp, %%rbx\n\t"
			 "movq %[top], %%rsp\n\t"
			 "call *%[function]\n\t"
			 "movq %%rbx, %%rsp"
			 :
			 : [function] "r"(run), [top] "r"(top)
			 : "rbx", "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "xmm0", "xmm1", "xmm2",
			   "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13",
			   "xmm14", "xmm15", "memory", "cc");
}

#endif
