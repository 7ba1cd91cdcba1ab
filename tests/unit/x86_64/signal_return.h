/* SPDX-License-Identifier: MIT */
/* signal_return: the code that signal handlers return to. Included by tests that walk through their frames. */
#ifndef TESTS_UNIT_SIGNAL_RETURN_H
#define TESTS_UNIT_SIGNAL_RETURN_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* libc names the code, which is in libc. */
static inline void signal_return_by_object(struct sigaction *action)
{
	(void)action;
}

/* mov $15, %rax; syscall */
static inline bool signal_return_is_at(uint64_t address)
{
	static const uint8_t code[] = {0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05};

	return memcmp((const void *)address, code, sizeof(code)) == 0;
}

#endif
