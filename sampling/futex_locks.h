/* SPDX-License-Identifier: MIT */
/* futex_locks: is the word that threads wait for a lock's?
 *
 * A futex is a word and a queue; what it is used for, the kernel is not told. Known are the operation, how many are woken, the
 * value that waiters expect (they sleep while the word has it), and what the word is when they are woken. The rule, for a wake:
 *
 *   a lock if   one waiter is woken, no more (all: a broadcast, latch, once, barrier), and
 *               waiters expect a value E > 0, as a signed number: "taken, and there are waiters" (0: a semaphore or an event that
 *               has not come; -1: a thread that is parked, in Rust's library), and
 *               E has come back: a thread waited with the same E after a wake, and with no other in between; or E is the first
 *               value seen (a condition that counts its signals: E is another after each), and
 *               the word is 0, 1 or E by now: free, or taken again by somebody who was quicker (a condition: beyond E).
 *
 *   holds for   the mutexes of Rust's library, GLib, Qt, textbooks and C++ programs (atomic::wait): E is 1, 2 or 3.
 *   is wrong    for a thread that is parked with E > 0 and found with 0 (parking_lot), which names on the stack must tell; once
 *               for a counter that begins above 0 and falls.
 *   unknown to  reader-writer locks, and locks that park threads one by one (abseil, parking_lot): names must tell.
 *
 * PI operations are a lock's by definition; they do not come here. Nor do the words themselves: the caller looks at the last point.
 *
 * Names are looked up in reports only. For their sake the stack of the last waiter is kept: the waker's own often does not show
 * what it is, because the functions that wake end in a jump to syscall.
 *
 * Called from   application threads, signal handlers included; no guard needed.
 * Memory        FUTEX_LOCKS words, outside the region; their waiters' samples lie in it.
 * When full     another word is forgotten, and judged anew when it is waited for again.
 * Concurrency   lock-free. A race of a wait with a wake can cost either its word's last remark.
 */
#ifndef CONTEND_FUTEX_LOCKS_H
#define CONTEND_FUTEX_LOCKS_H

#include <stdbool.h>
#include <stdint.h>

#include "sample_table.h"

#define FUTEX_LOCKS_BITS 10
#define FUTEX_LOCKS      (1u << FUTEX_LOCKS_BITS)

struct futex_lock {
	bool may_be_lock;            /* the first three conditions hold */
	uint32_t expected;           /* by the last waiter */
	const struct sample *waiter; /* its stack; NULL: not known */
};

/* Nobody has waited for anything. Only while no other thread can be inside. */
void futex_locks_init(void);

/* The calling thread is about to wait for `word` while it has the value `expected`; its stack is that of the sample. */
void futex_locks_waited(const void *word, uint32_t expected, const struct sample *waiter);

/* Up to `waiters` are about to be woken. */
struct futex_lock futex_locks_woken(const void *word, uint32_t waiters);

#endif
