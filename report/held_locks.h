/* SPDX-License-Identifier: MIT */
/* held_locks: charges locks that are held by threads which wait themselves, so that the mutex profile of a program that hangs, or is about
 * to, says who causes it.
 *
 * A release is charged with what was waited since the one before. Of a lock that nobody releases nothing would be known; but where its
 * holder waits, his stack is known, and he cannot release it meanwhile. So he is charged now with what was waited until now, under the
 * leaf FRAME_HELD, and his release later with the rest: each moment of waiting is charged once, for ever.
 *
 * Called from   the thread that makes reports, or the helper when one is about to be made; after late_stacks_take, before the snapshot.
 *               One at a time.
 * Reads         libc's note of the owner, in the lock's memory, through the kernel: it may be gone.
 * Knows         owners of mutexes and of futexes that hand priority on, and writers of reader-writer locks. Others' waits are left to
 *               their release.
 */
#ifndef CONTEND_HELD_LOCKS_H
#define CONTEND_HELD_LOCKS_H

void held_locks_charge(void);

#endif
