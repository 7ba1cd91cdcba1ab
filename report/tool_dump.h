/* SPDX-License-Identifier: MIT */
/* tool_dump: the ways in which `contend dump` writes profiles. All return TOOL_OK, or TOOL_FAILED after a complaint. */
#ifndef CONTEND_TOOL_DUMP_H
#define CONTEND_TOOL_DUMP_H

#include "tool.h"
#include "tool_look.h"

/* All since the start of the process; the region stays. */
int tool_dump_look(struct tool_look *look, const struct dump_order *order);

/* What happens from now on, for so long, or until the process ends or SIGINT comes. */
int tool_dump_seconds(const struct tool_look *look, double seconds, const struct dump_order *order);

/* What happened since this was called the last time for this process; the first time, since its start. */
int tool_dump_delta(struct tool_look *look, const struct dump_order *order);

#endif
