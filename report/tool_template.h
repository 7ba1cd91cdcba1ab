/* SPDX-License-Identifier: MIT */
/* tool_template: writes a text with places to be filled in: "{{name}}". */
#ifndef CONTEND_TOOL_TEMPLATE_H
#define CONTEND_TOOL_TEMPLATE_H

#include <stdio.h>

/* What stands in one place: `text`, or what `print` writes. */
struct tool_template_place {
	const char *name;
	const char *text;
	int (*print)(const void *argument, FILE *out);
};

/* Places end with one that has no name. 0, or the first error of a `print`; -EINVAL: a place that is not among them. */
int tool_template_print(const char *text, const struct tool_template_place *places, const void *argument, FILE *out);

#endif
