/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "config_word.h"

enum { WORD_BYTES_MOST = 63 };

static char lower(char letter)
{
	return letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
}

bool config_word_is_same(const char *one, const char *other)
{
	while (*one && lower(*one) == lower(*other))
		one++, other++;
	return lower(*one) == lower(*other);
}

static unsigned least_of(unsigned a, unsigned b, unsigned c)
{
	unsigned least = a < b ? a : b;

	return least < c ? least : c;
}

/* Levenshtein's, one row at a time: row[j] is the distance between what was read of `text` and the first j of `word`.
 */
unsigned config_word_distance(const char *text, size_t length, const char *word)
{
	size_t word_length = strlen(word);
	unsigned row[WORD_BYTES_MOST + 1];

	if (word_length > WORD_BYTES_MOST || length > word_length + CONFIG_WORD_DISTANCE_MOST)
		return CONFIG_WORD_DISTANCE_MOST + 1;
	for (size_t j = 0; j <= word_length; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= length; i++) {
		unsigned diagonal = row[0];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= word_length; j++) {
			unsigned above = row[j];

			row[j] = least_of(above + 1, row[j - 1] + 1, diagonal + (text[i - 1] != word[j - 1]));
			diagonal = above;
		}
	}
	return row[word_length] > CONFIG_WORD_DISTANCE_MOST ? CONFIG_WORD_DISTANCE_MOST + 1 : row[word_length];
}
