/* SPDX-License-Identifier: MIT */
/* tool_json: what the commands share that write JSON. */
#ifndef CONTEND_TOOL_JSON_H
#define CONTEND_TOOL_JSON_H

#include <stdio.h>

/* A string, quoted. Text that is valid UTF-8 or has bytes that are none, as it is. */
void tool_json_text(FILE *out, const char *text);

#endif
