/* SPDX-License-Identifier: MIT */
/* tool_wait: some seconds between two looks at a process. */
#ifndef CONTEND_TOOL_WAIT_H
#define CONTEND_TOOL_WAIT_H

#include "tool_look.h"

/* Until the time is over, the process ends or SIGINT comes; a second one ends the command. What is waited for is said on a
 * terminal, as long as it lasts. */
void tool_wait(const struct tool_look *look, double seconds);

#endif
