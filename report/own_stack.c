/* SPDX-License-Identifier: MIT */
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

#include "own_stack.h"
#include "thread.h"

#ifndef __x86_64__
#error "own_stack.c knows x86-64 only"
#endif

enum { PAGE_BYTES = 4096 };

static struct {
	char *low;
	int (*function)(const char *argument); /* that runs there, as the next two */
	const char *argument;
	int result;
} own_stack;

/* A page that faults below it keeps an overflow from going unseen. */
bool own_stack_init(void)
{
	char *memory = mmap(NULL, PAGE_BYTES + OWN_STACK_BYTES, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED)
		return false;
	mprotect(memory, PAGE_BYTES, PROT_NONE);
	own_stack.low = memory + PAGE_BYTES;
	return true;
}

static bool has_room(void)
{
	uint64_t here = (uint64_t)(uintptr_t)__builtin_frame_address(0);
	struct stack_limits limits = thread_own.stack;

	return here >= limits.low_address + OWN_STACK_BYTES && here < limits.high_address;
}

static void run(void)
{
	own_stack.result = own_stack.function(own_stack.argument);
}

/* Calls run() with the stack that ends at `top` (16-byte aligned), and comes back to this one. */
static void call_on(char *top)
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

int own_stack_run(int (*function)(const char *argument), const char *argument)
{
	if (!own_stack.low || has_room())
		return function(argument);
	own_stack.function = function;
	own_stack.argument = argument;
	call_on(own_stack.low + OWN_STACK_BYTES);
	return own_stack.result;
}
