/* SPDX-License-Identifier: MIT */
/* DWARF's numbers of registers. Included by frame_answer.h only. */
#ifndef CONTEND_FRAME_REGISTERS_H
#define CONTEND_FRAME_REGISTERS_H

enum {
	FRAME_REGISTER_BP = 6,
	FRAME_REGISTER_SP = 7,
	FRAME_REGISTER_COUNT = 16, /* general ones */
	FRAME_REGISTER_PC = 16,
};

#endif
