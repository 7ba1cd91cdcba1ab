/* SPDX-License-Identifier: MIT */
/* tool_text: prints what somebody else wrote: names of functions and files, comments. A profile may come from anywhere. */
#ifndef CONTEND_TOOL_TEXT_H
#define CONTEND_TOOL_TEXT_H

#include <stdio.h>

/* As it is, but with '?' for what a terminal would obey instead of showing (ASCII's and Unicode's control characters). */
void tool_text_print(const char *text, FILE *out);

/* The same, with commas in place of what separates it from other texts. */
void tool_text_print_field(const char *text, char separator, FILE *out);

/* The name of a function as its author wrote it, where it can be told (C++, Rust), and in bounded time and memory: a mangled
 * name of a hundred bytes may stand for more than any memory holds. */
void tool_text_print_function(const char *name, FILE *out);

/* The same name, as it is: it may hold anything. Valid until the next call. */
const char *tool_text_function(const char *name);

/* A string of JSON, with its quotes. It has no character that means something to HTML: it may stand inside <script>. */
void tool_text_print_json(const char *text, FILE *out);

/* Text or the value of an attribute, in XML and in HTML. */
void tool_text_print_xml(const char *text, FILE *out);

#endif
