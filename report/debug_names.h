/* SPDX-License-Identifier: MIT */
/* debug_names: what DWARF calls a function.
 *
 * Called from   debug_lines.
 */
#ifndef CONTEND_DEBUG_NAMES_H
#define CONTEND_DEBUG_NAMES_H

#include <elfutils/libdw.h>

/* As symbols are spelled (C++ and Rust mangled), else as in the source; "" if it has none. What the compiler mangled no name for,
 * static C++ functions for example, is in *out_qualified with its namespaces and classes: `(anonymous namespace)::Table::find`;
 * to be freed. NULL where there is nothing to add. */
const char *debug_names_find(Dwarf_Die *function, char **out_qualified);

#endif
