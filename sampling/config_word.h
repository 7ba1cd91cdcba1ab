/* SPDX-License-Identifier: MIT */
/* config_word: words compared, exactly enough for options. ASCII, whatever the locale says; no allocation.
 *
 * Called from   the constructor, and the tool.
 */
#ifndef CONTEND_CONFIG_WORD_H
#define CONTEND_CONFIG_WORD_H

#include <stdbool.h>
#include <stddef.h>

/* Equal but for the case of letters. */
bool config_word_is_same(const char *one, const char *other);

/* How many letters must be inserted, removed or replaced to turn the first `length` bytes of `text` into `word`; more than
 * CONFIG_WORD_DISTANCE_MOST is told as one more than that. */
#define CONFIG_WORD_DISTANCE_MOST 2
unsigned config_word_distance(const char *text, size_t length, const char *word);

#endif
