/* SPDX-License-Identifier: MIT */
/* wait_look: another thread's wait in progress, as its own process sees it (report/thread_look.h looks from outside).
 *
 * Called from   application threads, signal handlers included; the helper thread.
 * Concurrency   the owner writes without looking at us: what was read is found out to be whole afterwards.
 */
#ifndef CONTEND_WAIT_LOOK_H
#define CONTEND_WAIT_LOOK_H

#include "thread.h"

/* The wait number `index` of the record. False: there is none, or not any more; then *out_wait is anything. */
bool wait_look(const struct thread *record, uint32_t index, struct thread_wait *out_wait);

/* Is the wait that was looked at still in progress, and not about to end? */
bool wait_look_again(const struct thread *record, uint32_t index, const struct thread_wait *wait);

#endif
