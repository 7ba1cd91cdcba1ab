/* SPDX-License-Identifier: MIT */
/* snapshot_names: what profiles, kinds of wait and types of descriptor are called in reports.
 *
 * Called from   anywhere; the answers are constant. The numbers must be below their COUNT.
 */
#ifndef CONTEND_SNAPSHOT_NAMES_H
#define CONTEND_SNAPSHOT_NAMES_H

#include "sample_table.h"

/* "mutex", "block"; what it measures, in a line. */
const char *snapshot_profile_name(enum profile profile);
const char *snapshot_profile_words(enum profile profile);

/* What its two values are: "contentions", "delay". */
struct snapshot_values {
	const char *events;
	const char *duration;
};

struct snapshot_values snapshot_profile_values(enum profile profile);

/* What has it kept: "CONTEND_WAKERS=1"; "" if it always is. */
const char *snapshot_profile_option(enum profile profile);

/* "mutex", "cond", ...: the label `kind`. */
const char *snapshot_kind_name(enum wait_kind kind);

/* "socket", ...: the label `fd`; "" for none. */
const char *snapshot_file_type_name(enum file_type type);

#endif
