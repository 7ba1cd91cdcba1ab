/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "tool_template.h"

static const char opening[] = "{{", closing[] = "}}";

static int fill(const struct tool_template_place *place, const void *argument, FILE *out)
{
	if (!place->text)
		return place->print(argument, out);
	fputs(place->text, out);
	return 0;
}

static const struct tool_template_place *find(const struct tool_template_place *places, const char *name, size_t bytes)
{
	for (; places->name; places++)
		if (strlen(places->name) == bytes && memcmp(places->name, name, bytes) == 0)
			return places;
	return NULL;
}

int tool_template_print(const char *text, const struct tool_template_place *places, const void *argument, FILE *out)
{
	const char *place, *end;

	while ((place = strstr(text, opening)) && (end = strstr(place, closing))) {
		const char *name = place + strlen(opening);
		const struct tool_template_place *found = find(places, name, end - name);
		int error = found ? 0 : -EINVAL;

		fwrite(text, 1, place - text, out);
		if (!error)
			error = fill(found, argument, out);
		if (error)
			return error;
		text = end + strlen(closing);
	}
	fputs(text, out);
	return 0;
}
