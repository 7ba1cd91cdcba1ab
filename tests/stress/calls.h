/* SPDX-License-Identifier: MIT */
/* calls: everything async-signal-safe that we wrap, called so that it is one event, or none, for certain.
 *
 * Called from   signal handlers, on any thread, any number at a time, between calls_open and calls_close. SIGHUP and SIGURG are
 *               blocked there.
 * Counting      every call is entered in the ledger.
 */
#ifndef CONTEND_TESTS_STRESS_CALLS_H
#define CONTEND_TESTS_STRESS_CALLS_H

#include <stdint.h>

/* Makes what is called about; the handler of SIGURG. Once. */
void calls_open(void);

/* Checks that every call there is was made, and what they left behind, and takes all away. */
void calls_close(void);

/* One call: which one, `choice` decides. Ends the process with a line if its result is wrong. errno may change. */
void certain_call(uint64_t choice);

#endif
