/* SPDX-License-Identifier: MIT */
/* frame_step: from a frame to its caller, by the frame's rule, whatever memory the words of the stack are read from.
 *
 * Called from   stack walks: of the own thread (stack.c), of other processes (report/process_walk.c).
 * Rules         are those of the architecture (frame_step_here.h), and so is the state between two frames.
 * Reading       `read` is called with `memory`; false: the word cannot be read. A function that is known at compile time is inlined.
 */
#ifndef CONTEND_FRAME_STEP_H
#define CONTEND_FRAME_STEP_H

#include "frame_rule.h"

typedef bool frame_reader(void *memory, uint64_t address, uint64_t *out_word);

#include "frame_step_here.h"

#endif
