/* SPDX-License-Identifier: MIT */
/* frame_oracle: asks libunwind how to step over one address.
 *
 * libunwind steps once over symbols: every register holds "register r", a load from "symbol s + n" gives "what lies at
 * s + n". What its registers say afterwards is the rule. Only call frame information counts: libunwind's guesses from
 * code and from frame pointers are never reached.
 *
 * Called from   application threads, guard held, signal handlers included; no allocation, lock, system call.
 * Reads         the readable segments of the object, and nothing else; what wild unwind tables ask for is an error.
 * Time          bounded: FRAME_ORACLE_READS reads of the tables.
 */
#ifndef CONTEND_FRAME_ORACLE_H
#define CONTEND_FRAME_ORACLE_H

#include "frame_rule.h"
#include "object.h"

#define FRAME_ORACLE_READS 65536 /* bytes; the longest real programs are a few thousand */

/* Readies libunwind. Before the first question, and before there are threads; again is harmless. */
void frame_oracle_init(void);

/* The rule for `address`, which lies in `object`; kind NONE if there is none that a struct frame_rule can express.
 * The module is left 0. */
struct frame_rule frame_oracle_ask(uint64_t address, const struct object *object);

#endif
