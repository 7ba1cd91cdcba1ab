/* SPDX-License-Identifier: MIT */
/* governor: keeps what recording costs below a share of the CPU time that the process uses (CONTEND_MAX_OVERHEAD).
 *
 * Every so many ms it compares what was measured (overhead.h) with the kernel's count of CPU time. Too much: a level higher, or
 * several (record_knobs.h). Much less than allowed, for a second: a level lower, and if that proves too much, it is longer before the
 * next attempt. Reports are the user's wish: they count as overhead, but here they do not.
 *
 * Called from   application threads, guard held, by those calls that are timed anyway.
 * Cost          one system call each time: the only one in the middle of a call of the application, and only with a bound.
 *               In a sandbox there is none; the level stays what it is.
 * Memory        in the region: the settings that held, so that reports can tell what totals are made of.
 * Concurrency   one at a time looks; nobody waits.
 */
#ifndef CONTEND_GOVERNOR_H
#define CONTEND_GOVERNOR_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { GOVERNOR_CHANGES = 16 }; /* the last so many are kept */

/* What held from one moment on, and what recording cost before it. */
struct governor_change {
	_Atomic uint64_t since_ticks;
	_Atomic int64_t rate_ns;
	_Atomic uint32_t fraction;
	_Atomic uint32_t lock_shift;
	_Atomic uint32_t overhead_ppm; /* of the CPU time */
	uint32_t reserved_zero;
};

/* In the region. Change number N is last[N % GOVERNOR_CHANGES]; it is written before it is counted. */
struct governor {
	uint64_t limit_ppm; /* 0: no bound */
	_Atomic uint64_t changes;
	struct governor_change last[GOVERNOR_CHANGES];
};

/* Is there a bound? */
extern bool governor_is_on __attribute__((visibility("hidden")));

/* governor: zeroed memory of a new region. The clock is not read, which it may be forbidden to be. Recording is as the user wants it again. */
void governor_init(struct governor *governor, uint64_t limit_ppm, uint64_t now_ticks);

/* Some calls cost `own_ticks`, up to now. */
void governor_note(uint64_t own_ticks, uint64_t now_ticks);

#endif
