/* SPDX-License-Identifier: MIT */
/* pprof_text: a profile as text, in the form that Go's net/http/pprof gives with debug=1 and that pprof reads back.
 *
 * Called from   the tool; the library does not have it.
 * Totals        read back they are the same: a cycle is a nanosecond, and the sampling period is 1, because values are estimates
 *               of all that happened already.
 * Lines of #    are for people: comments, labels, functions with their files and lines. pprof skips them.
 * Memory map    stands at the end, so that addresses can be given names by others.
 */
#ifndef CONTEND_PPROF_TEXT_H
#define CONTEND_PPROF_TEXT_H

#include <stdio.h>

#include "profile.pb-c.h"
#include "sample_table.h"

/* A message of ours: ids are positions, from 1; values are contentions and ns. */
void pprof_text_write(const Perftools__Profiles__Profile *message, enum profile which, FILE *out);

#endif
