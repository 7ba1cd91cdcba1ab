/* SPDX-License-Identifier: MIT */
#include <stdatomic.h>

#include "kernel.h"

static _Atomic bool is_forbidden;

void kernel_forbid(void)
{
	atomic_store_explicit(&is_forbidden, true, memory_order_relaxed);
}

bool kernel_is_forbidden(void)
{
	return atomic_load_explicit(&is_forbidden, memory_order_relaxed);
}
