/* SPDX-License-Identifier: MIT */
/* plain_name: what the author of a C++ or Rust program calls a variable or function, without parameters: "app::table" for
 * _ZN3app5tableE. For labels, which readers of profiles show as they are, unlike functions.
 *
 * Called from   wherever reports are made; pure.
 * Knows         names made of plain parts: namespaces, classes, variables inside functions without parameters. Not templates and
 *               operators: these keep their symbol.
 */
#ifndef CONTEND_PLAIN_NAME_H
#define CONTEND_PLAIN_NAME_H

#include <stdbool.h>
#include <stddef.h>

/* Writes the name, terminated. False, and nothing that counts, if the symbol is none of these, or there is no room. */
bool plain_name_write(const char *symbol, char *out_name, size_t bytes);

#endif
