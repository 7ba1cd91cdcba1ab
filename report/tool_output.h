/* SPDX-License-Identifier: MIT */
/* tool_output: a profile becomes a file that the user named. */
#ifndef CONTEND_TOOL_OUTPUT_H
#define CONTEND_TOOL_OUTPUT_H

#include "profile.pb-c.h"

/* `path` is a new file, mode 0600, which appears when it is whole and takes nobody's place; "-" is standard output, unless that
 * is a terminal. TOOL_OK, or TOOL_FAILED after a complaint. */
int tool_output_write(const Perftools__Profiles__Profile *profile, const char *path);

#endif
