/* SPDX-License-Identifier: MIT */
/* config_value: one value of an option, from text to number and back. No locale, no allocation.
 *
 * Called from   the constructor, and the tool.
 */
#ifndef CONTEND_CONFIG_VALUE_H
#define CONTEND_CONFIG_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The types of options.def. */
enum config_value_type {
	CONFIG_VALUE_number,
	CONFIG_VALUE_duration, /* ns */
	CONFIG_VALUE_bytes,
	CONFIG_VALUE_share, /* millionths */
	CONFIG_VALUE_flag,
	CONFIG_VALUE_signal,      /* its number, 0 for none */
	CONFIG_VALUE_lock_labels, /* enum lock_labels */
	CONFIG_VALUE_text,        /* its length */
};

struct config_value_range {
	enum config_value_type type;
	int64_t least;
	int64_t most;
};

/* The number that `text` means; false if it means none within the range. */
bool config_value_parse(const struct config_value_range *range, const char *text, int64_t *out_value);

/* The number as a user would write it; of a type with units. */
void config_value_print(const struct config_value_range *range, int64_t value, char *out_text, size_t bytes);

/* What is accepted, as "a number, 0 to 100". */
void config_value_describe(const struct config_value_range *range, char *out_words, size_t bytes);

#endif
