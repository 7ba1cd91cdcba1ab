/* SPDX-License-Identifier: MIT */
/* utf8: makes text valid UTF-8; protobuf's readers refuse a whole profile for one wrong byte in a path. */
#ifndef CONTEND_UTF8_H
#define CONTEND_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of the character that `text` begins with, 1 to 4; 0 if it begins with none. Zero bytes end a text: they are
 * none. */
size_t utf8_character_bytes(const char *text);

bool utf8_is_valid(const char *text);

/* Replaces every byte that belongs to no character by a question mark. */
void utf8_repair(char *text);

#endif
