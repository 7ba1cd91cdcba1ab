/* SPDX-License-Identifier: MIT */
/* contend show --by: a label that nobody has is a mistyped one, most of the time. */
#include <string.h>

#include "stack_label.h"
#include "tool_show.h"
#include "tool_text.h"

enum { KEYS_LIMIT = 64 };

void tool_show_say_missing(const struct shown *shown, size_t count, const char *label)
{
	const char *keys[KEYS_LIMIT];
	size_t key_count = 0;

	for (size_t i = 0; i < count; i++)
		key_count = stack_label_keys(shown[i].profile->message, keys, key_count, KEYS_LIMIT);
	for (size_t i = 0; i < key_count; i++)
		if (strcmp(keys[i], label) == 0)
			return;
	if (key_count == 0 || key_count == KEYS_LIMIT)
		return;
	fputs("contend: no sample has the label '", stderr);
	tool_text_print(label, stderr);
	fputs("'; there are: ", stderr);
	for (size_t i = 0; i < key_count; i++) {
		fputs(i ? ", " : "", stderr);
		tool_text_print(keys[i], stderr);
	}
	fputc('\n', stderr);
}
