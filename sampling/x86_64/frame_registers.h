/* SPDX-License-Identifier: MIT */
/* DWARF's numbers of registers, and the code that a signal frame's return address points to. Included by frame_answer.h only. */
#ifndef CONTEND_FRAME_REGISTERS_H
#define CONTEND_FRAME_REGISTERS_H

#include <stdbool.h>
#include <stdint.h>

enum {
	FRAME_REGISTER_BP = 6,
	FRAME_REGISTER_SP = 7,
	FRAME_REGISTER_COUNT = 16, /* general ones */
	FRAME_REGISTER_PC = 16,
};

/* None: call frame information tells what a signal frame is. */
enum { FRAME_SIGNAL_CODE_BYTES = 0 };

static inline bool frame_is_signal_code(const uint32_t *code)
{
	(void)code;
	return false;
}

#endif
