/* SPDX-License-Identifier: MIT */
#include <stdint.h>

#include "utf8.h"

static bool utf8_is_inner(char byte)
{
	return (byte & 0xc0) == 0x80;
}

/* Of 3 and 4 bytes some second ones are wrong: they would spell a shorter character, a surrogate, or one beyond 10ffff.
 */
static bool utf8_is_allowed_pair(uint8_t first, uint8_t second)
{
	switch (first) {
	case 0xe0:
		return second >= 0xa0;
	case 0xed:
		return second < 0xa0;
	case 0xf0:
		return second >= 0x90;
	case 0xf4:
		return second < 0x90;
	default:
		return true;
	}
}

static size_t utf8_expected_bytes(uint8_t first)
{
	if (first > 0 && first < 0x80)
		return 1;
	if (first >= 0xc2 && first < 0xe0)
		return 2;
	if (first >= 0xe0 && first < 0xf0)
		return 3;
	return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

size_t utf8_character_bytes(const char *text)
{
	size_t bytes = utf8_expected_bytes((uint8_t)text[0]);

	for (size_t i = 1; i < bytes; i++)
		if (!utf8_is_inner(text[i]) || (i == 1 && !utf8_is_allowed_pair((uint8_t)text[0], (uint8_t)text[1])))
			return 0;
	return bytes;
}

bool utf8_is_valid(const char *text)
{
	while (*text) {
		size_t bytes = utf8_character_bytes(text);

		if (bytes == 0)
			return false;
		text += bytes;
	}
	return true;
}

void utf8_repair(char *text)
{
	while (*text) {
		size_t bytes = utf8_character_bytes(text);

		if (bytes == 0)
			*text = '?';
		text += bytes ? bytes : 1;
	}
}
