/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

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

int tool_words_read_weight(const char *command, const char *text, enum stack_weight *out_weight)
{
	for (int which = 0; which < PROFILE_COUNT; which++) {
		struct snapshot_values values = snapshot_profile_values(which);
		bool is_duration = strcmp(values.duration, text) == 0;

		if (is_duration || strcmp(values.events, text) == 0) {
			*out_weight = is_duration ? STACK_WEIGHT_DELAY_NS : STACK_WEIGHT_CONTENTIONS;
			return TOOL_OK;
		}
	}
	return tool_misuse(command, "%s: not delay or contentions, nor held or acquisitions", text);
}

const char *tool_words_of_weight(struct snapshot_values values, enum stack_weight weight)
{
	return weight == STACK_WEIGHT_DELAY_NS ? values.duration : values.events;
}

int tool_words_read_profile(const char *command, const char *text, enum profile *out_profile)
{
	for (int which = 0; which < PROFILE_COUNT; which++)
		if (strcmp(snapshot_profile_name(which), text) == 0) {
			*out_profile = which;
			return TOOL_OK;
		}
	return tool_misuse(command, "%s: not mutex, block, wake, hold or contention", text);
}
