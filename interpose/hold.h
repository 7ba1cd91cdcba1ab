/* SPDX-License-Identifier: MIT */
/* hold: from the call that takes a lock to the call that releases it; only with CONTEND_HOLD_RATE.
 *
 * Called from   what stands behind wrappers that take locks (hold.c) and around condition waits, which take one back.
 * Cost          of an acquisition that is not timed: a look at two words and a decrement. Of a timed one the stack is taken before
 *               the lock, so that the critical section becomes longer by a look at the clock and a slot to note it in, and not by
 *               the walk.
 */
#ifndef CONTEND_HOLD_H
#define CONTEND_HOLD_H

#include "measure.h"

/* From now on, in this process and its children. After config_read. */
void hold_start(void);

/* Does that result say that the lock is the caller's? Of all functions of takings.def. */
static inline bool hold_was_taken(int result)
{
	_Static_assert(thrd_success == 0, "C11's functions say so as POSIX's do");
	return result == 0 || result == EOWNERDEAD;
}

/* A lock is about to be taken there: the sample of its stack, or NULL. To be called if hold_is_due. */
struct sample *hold_prepare(const struct record_site *site);

/* Will the next acquisition be timed, unless a signal handler comes before? Also true while that is not drawn. */
static inline bool hold_is_due(void)
{
	return __builtin_expect(thread_own.hold_skip == 0, 0);
}

/* `lock` was taken: true if that was all; else hold_begin is to be called. */
static inline bool hold_passes(const void *lock)
{
	if (hold_is_due() || __builtin_expect(holds_any(lock), 0))
		return false;
	thread_own.hold_skip--;
	return true;
}

/* sample: as prepared; may be NULL. */
void hold_begin(const struct record_site *site, struct sample *sample);

#endif
