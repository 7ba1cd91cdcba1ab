/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "snapshot_names.h"
#include "tool.h"
#include "tool_words.h"

int tool_words_read_count(const char *command, const char *things, const char *text, unsigned *out_count)
{
	unsigned long count;
	char *end;

	errno = 0;
	count = strtoul(text, &end, 10);
	if (text[strspn(text, "0123456789")] || errno || count == 0 || count > UINT_MAX)
		return tool_misuse(command, "%s: not a number of %s", text, things);
	*out_count = (unsigned)count;
	return TOOL_OK;
}

/* The place of a word among others; -1 if it is none of them. */
static int find_word(const char *word, const char *const *words)
{
	for (int i = 0; words[i]; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return -1;
}

int tool_words_read_weight(const char *command, const char *text, enum stack_weight *out_weight)
{
	static const char *const words[] = {
		[STACK_WEIGHT_CONTENTIONS] = "contentions", [STACK_WEIGHT_DELAY_NS] = "delay", [STACK_WEIGHTS] = NULL};
	int number = find_word(text, words);

	if (number < 0)
		return tool_misuse(command, "%s: not delay or contentions", text);
	*out_weight = number;
	return TOOL_OK;
}

int tool_words_read_profile(const char *command, const char *text, enum profile *out_profile)
{
	for (int which = 0; which < PROFILE_COUNT; which++)
		if (strcmp(snapshot_profile_name(which), text) == 0) {
			*out_profile = which;
			return TOOL_OK;
		}
	return tool_misuse(command, "%s: not mutex, block, wake or hold", text);
}
