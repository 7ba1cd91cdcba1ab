/* SPDX-License-Identifier: MIT */
/* signal_return: the code that signal handlers return to. Included by tests that walk through their frames. */
#ifndef TESTS_UNIT_SIGNAL_RETURN_H
#define TESTS_UNIT_SIGNAL_RETURN_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* As in the vDSO, which emulators may be without. */
__asm__(".text\n.p2align 2\nnop\n.globl own_signal_return\n.hidden own_signal_return\n.type own_signal_return,%function\n"
	"own_signal_return:\nmov x8, #139\nsvc #0\n.size own_signal_return,.-own_signal_return\n");
extern void own_signal_return(void);

/* The kernel names the code, which need not be in an object: this one is. */
static inline void signal_return_by_object(struct sigaction *action)
{
	enum { RESTORER_IS_GIVEN = 0x04000000 }; /* SA_RESTORER */

	action->sa_flags |= RESTORER_IS_GIVEN;
	action->sa_restorer = own_signal_return;
}

/* mov x8, #139; svc #0 */
static inline bool signal_return_is_at(uint64_t address)
{
	static const uint32_t code[] = {0xd2801168, 0xd4000001};

	return memcmp((const void *)address, code, sizeof(code)) == 0;
}

#endif
