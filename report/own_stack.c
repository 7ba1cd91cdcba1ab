/* SPDX-License-Identifier: MIT */
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

#include "call_on_stack.h"
#include "own_stack.h"
#include "processor.h"
#include "thread.h"

enum { PAGE_BYTES = PROCESSOR_PAGE_BYTES_MOST };

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

int own_stack_run(int (*function)(const char *argument), const char *argument)
{
	if (!own_stack.low || has_room())
		return function(argument);
	own_stack.function = function;
	own_stack.argument = argument;
	call_on_stack(run, own_stack.low + OWN_STACK_BYTES);
	return own_stack.result;
}
