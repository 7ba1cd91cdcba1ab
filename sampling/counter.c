/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <string.h>

#include "counter.h"
#include "kernel.h"

bool counter_is_clock_of_kernel(const char *path, const char *expected)
{
	char name[32];
	size_t expected_bytes = strlen(expected);
	long file = KERNEL_CALL(openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	long length;

	if (file < 0)
		return false;
	length = KERNEL_CALL(read, file, name, sizeof(name));
	KERNEL_CALL(close, file);
	return length == (long)expected_bytes && memcmp(name, expected, expected_bytes) == 0;
}
