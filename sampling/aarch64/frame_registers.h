/* SPDX-License-Identifier: MIT */
/* DWARF's numbers of registers, and the code that a signal frame's return address points to. Included by frame_answer.h only. */
#ifndef CONTEND_FRAME_REGISTERS_H
#define CONTEND_FRAME_REGISTERS_H

#include <stdbool.h>
#include <stdint.h>

enum {
	FRAME_REGISTER_BP = 29,
	FRAME_REGISTER_LR = 30,
	FRAME_REGISTER_SP = 31,
	FRAME_REGISTER_COUNT = 32, /* general ones */
	FRAME_REGISTER_PC = 32,
};

/* A handler returns to a function of the vDSO, or of whoever named one in sigaction. Call frame information of it, if there is any,
 * leads to the caller of the interrupted function, so it is known by its code. */
enum { FRAME_SIGNAL_CODE_BYTES = 8 };

static inline bool frame_is_signal_code(const uint32_t *code)
{
	enum { MOV_X8_RT_SIGRETURN = 0xd2801168, SVC = 0xd4000001 };

	return code[0] == (uint32_t)MOV_X8_RT_SIGRETURN && code[1] == (uint32_t)SVC;
}

#endif
