/* SPDX-License-Identifier: MIT */
/* tool_words: what the values of options that several commands have stand for.
 *
 * Called from   the commands, while they read their command lines.
 * Answers       TOOL_OK, or TOOL_USAGE after a complaint, and nothing is written.
 */
#ifndef CONTEND_TOOL_WORDS_H
#define CONTEND_TOOL_WORDS_H

#include "sample_table.h"
#include "snapshot_names.h"
#include "stack_tree.h"

/* How many of `things`, from 1 on. */
int tool_words_read_count(const char *command, const char *things, const char *text, unsigned *out_count);

/* By what either of the values is called in any profile. */
int tool_words_read_weight(const char *command, const char *text, enum stack_weight *out_weight);
int tool_words_read_profile(const char *command, const char *text, enum profile *out_profile);

/* The other way round: what a profile calls it. */
const char *tool_words_of_weight(struct snapshot_values values, enum stack_weight weight);

#endif
