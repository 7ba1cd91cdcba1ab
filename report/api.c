/* SPDX-License-Identifier: MIT */
/* The entry points behind contend.h: exported, their names and types fixed for ever. */
#include <errno.h>
#include <stdint.h>

#include "control.h"
#include "record.h"
#include "region.h"

#define ENTRY __attribute__((visibility("default")))

ENTRY int contend_v1_is_active(void);
ENTRY int contend_v1_set_mutex_fraction(int fraction);
ENTRY int64_t contend_v1_set_block_rate(int64_t rate_ns);
ENTRY int contend_v1_dump(void);

int contend_v1_is_active(void)
{
	return region_mine() != NULL;
}

int contend_v1_set_mutex_fraction(int fraction)
{
	return region_mine() ? record_set_fraction(fraction) : 0;
}

int64_t contend_v1_set_block_rate(int64_t rate_ns)
{
	return region_mine() ? record_set_block_rate_ns(rate_ns) : 0;
}

int contend_v1_dump(void)
{
	int saved_errno = errno;
	int error = region_mine() ? control_dump() : -ENOSYS;

	errno = saved_errno;
	return error;
}
