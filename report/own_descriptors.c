/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <linux/close_range.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "kernel.h"
#include "own_descriptors.h"

/* The thread with a table of its own; 0: none has. What a forked child has of its parent here is harmless: borrowing works in
 * every thread. */
static _Atomic long separate_tid;

static bool is_separate(void)
{
	return atomic_load_explicit(&separate_tid, memory_order_relaxed) == KERNEL_CALL(gettid);
}

void own_descriptors_separate(void)
{
	if (!is_separate() && KERNEL_CALL(close_range, 0, UINT_MAX, CLOSE_RANGE_UNSHARE) == 0)
		atomic_store_explicit(&separate_tid, KERNEL_CALL(gettid), memory_order_relaxed);
}

static long borrow(int number)
{
	long process = KERNEL_CALL(pidfd_open, KERNEL_CALL(getpid), 0);
	long borrowed;

	if (process < 0)
		return process;
	borrowed = KERNEL_CALL(pidfd_getfd, process, number, 0);
	KERNEL_CALL(close, process);
	return borrowed;
}

long own_descriptors_borrow(int number)
{
	return is_separate() ? borrow(number) : number;
}

void own_descriptors_give_back(long borrowed)
{
	if (borrowed >= 0 && is_separate())
		KERNEL_CALL(close, borrowed);
}
