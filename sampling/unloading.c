/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel.h"
#include "unloading.h"

/* Who sees the other's word after having written its own gives way: both are written and read in one order for all. */
static struct {
	_Atomic uint32_t
		holder; /* process whose thread holds; in a forked child that of its parent means nobody. A futex. */
	_Atomic uint32_t closing;
} unloading;

bool unloading_hold(void)
{
	atomic_store(&unloading.holder, (uint32_t)KERNEL_CALL(getpid));
	if (atomic_load(&unloading.closing) == 0)
		return true;
	unloading_let_go();
	return false;
}

void unloading_let_go(void)
{
	atomic_store(&unloading.holder, 0);
	KERNEL_CALL(futex, &unloading.holder, FUTEX_WAKE_PRIVATE, INT_MAX);
}

void unloading_begin(void)
{
	uint32_t holder;

	atomic_fetch_add(&unloading.closing, 1);
	while ((holder = atomic_load(&unloading.holder)) != 0 && holder == (uint32_t)KERNEL_CALL(getpid))
		KERNEL_CALL(futex, &unloading.holder, FUTEX_WAIT_PRIVATE, holder, NULL);
}

void unloading_end(void)
{
	atomic_fetch_sub(&unloading.closing, 1);
}
