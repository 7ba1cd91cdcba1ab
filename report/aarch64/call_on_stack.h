/* SPDX-License-Identifier: MIT */
/* call_on_stack: a function called with another stack. Included by own_stack.c only. */
#ifndef CONTEND_CALL_ON_STACK_H
#define CONTEND_CALL_ON_STACK_H

/* Calls run() with the stack that ends at `top` (16-byte aligned), and comes back to this one. */
static inline void call_on_stack(void (*run)(void), char *top)
{
	__asm__ volatile("mov x19, sp\n\t"
			 "mov sp, %[top]\n\t"
			 "blr %[function]\n\t"
			 "mov sp, x19"
			 :
			 : [function] "r"(run), [top] "r"(top)
			 : "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13",
			   "x14", "x15", "x16", "x17", "x18", "x19", "x30", "v0", "v1", "v2", "v3", "v4", "v5", "v6",
			   "v7", "v8", "v9", "v10", "v11", "v12", "v13", "v14", "v15", "v16", "v17", "v18", "v19",
			   "v20", "v21", "v22", "v23", "v24", "v25", "v26", "v27", "v28", "v29", "v30", "v31", "memory",
			   "cc");
}

#endif
