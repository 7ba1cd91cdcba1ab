/* SPDX-License-Identifier: MIT */
/* tool_profiles: what was seen of a process becomes files, or one profile on standard output. */
#ifndef CONTEND_TOOL_PROFILES_H
#define CONTEND_TOOL_PROFILES_H

#include "tool.h"
#include "tool_look.h"

/* Is order->pattern standard output? */
bool tool_profiles_are_for_stdout(const struct dump_order *order);

/* Writes all profiles that the order wants, with lines unless it says otherwise, and their names to order->out. 0, -errno; what went
 * wrong with standard output is said, and is -EPIPE. -ENOENT: the process keeps none that are wanted. */
int tool_profiles_write(struct tool_look *look, const struct dump_order *order);

#endif
