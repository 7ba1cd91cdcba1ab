/* SPDX-License-Identifier: MIT */
/* plugin_copies: plug-ins as files of their own, of which the loader makes as many objects. Made by calls that nobody sees; they
 * stay, because profiles that are written later take names from them.
 */
#ifndef CONTEND_TESTS_STRESS_PLUGIN_COPIES_H
#define CONTEND_TESTS_STRESS_PLUGIN_COPIES_H

#include <limits.h>

#define PLUGIN_COPY_BYTES (PATH_MAX + 32)

/* Makes a directory below the present one; out_directory: PATH_MAX bytes. */
void plugin_copies_begin(char *out_directory);

/* Copies the plug-in NAME.so, which lies beside this program, to DIRECTORY/NAME.NUMBER.so: written to out_path. */
void plugin_copy(const char *directory, const char *name, unsigned number, char *out_path);

/* The path of a copy that was made. */
void plugin_copy_path(const char *directory, const char *name, unsigned number, char *out_path);

#endif
