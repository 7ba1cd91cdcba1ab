/* SPDX-License-Identifier: MIT */
/* tool: what the files of the `contend` command share. A process of its own: it may use stdio and malloc.
 *
 * Exit status   0; 1: could not do it; 2: the command line is wrong; `contend run`: the program's own.
 */
#ifndef CONTEND_TOOL_H
#define CONTEND_TOOL_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

struct region_header;

enum { TOOL_OK = 0, TOOL_FAILED = 1, TOOL_USAGE = 2 };

/* The commands; argv[0] is the command's name. */
int tool_run(int argc, char **argv);
int tool_dump(int argc, char **argv);
int tool_show(int argc, char **argv);
int tool_check(int argc, char **argv);

/* "contend: ..." on standard error; returns TOOL_FAILED or TOOL_USAGE. */
int tool_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
int tool_misuse(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Reads the options that the library would read: where regions lie, how files are named. Returns how many values are bad,
 * each complained of. */
unsigned tool_read_config(void);

/* What an -errno of our readers means to a user. */
const char *tool_error_words(int error);

/* The regions of a process: calls `visit` for the path of each that was left in the region directory (the option
 * CONTEND_REGION_DIR or its default), oldest first. Returns how many. */
unsigned tool_find_regions(pid_t pid, void (*visit)(const char *path, void *argument), void *argument);

/* Is the process that made this region still there, and not another one of the same number? */
bool tool_is_alive(const struct region_header *header);

/* Writes the profiles of the region in `path` to files named by `pattern`; prints their names to `out`. A region whose
 * process is gone is removed afterwards unless `keep`. TOOL_OK or TOOL_FAILED. */
int tool_dump_region(const char *path, const char *pattern, bool keep, FILE *out);

/* Prints the `most` worst stacks of a profile to `out`, without idle waits. TOOL_OK or TOOL_FAILED. */
int tool_print_worst(const char *profile_path, unsigned most, FILE *out);

#endif
