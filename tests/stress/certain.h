/* SPDX-License-Identifier: MIT */
/* certain: waits that cannot but be events, so that a program knows to the event what its profile must hold.
 *
 * Called from   any thread of any process of the program, after ledger_open and certain_init; inherited over fork.
 * Counting      every wait is entered in the ledger, as begun before it and as done after it.
 */
#ifndef CONTEND_TESTS_STRESS_CERTAIN_H
#define CONTEND_TESTS_STRESS_CERTAIN_H

#include <pthread.h>
#include <stdint.h>

/* Makes what is waited for. Once, in main. */
void certain_init(void);

/* One wait: which one, `choice` decides (any number). Ends the process with a line if its result is wrong. Not for signal
 * handlers. */
void certain_wait(uint64_t choice);

/* `count` of them, each kind in turn. */
void certain_waits(unsigned count);

/* A new thread waits for a mutex that the caller holds until it does; or as many threads as mutexes, one for each, all at the same
 * time. Normal mutexes. */
void certain_contend(void);
void certain_contend_for(pthread_mutex_t *const *mutexes, unsigned count);

#endif
