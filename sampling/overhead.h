/* SPDX-License-Identifier: MIT */
/* overhead: what recording costs the program, measured by itself.
 *
 * Every guarded call counts. One in OVERHEAD_PERIOD, by chance, is timed, and stands for those since the one that was timed
 * before: so the sum is right on average, whatever the calls do in turn, and measuring costs half a ns a call. Not in it: what a
 * wrapper does outside the guard, a few ns, and the look at what is free. In it, as if to make up for that: one reading of the
 * clock. (tests/bench/sections/overhead.sh compares: of a read of a byte, of which nothing is kept, it says some 6 ns too much, of a
 * wait and a release that are kept a seventh too little.)
 *
 * Called from   application threads, guard held; overhead_add_report from whoever makes a report.
 * Units         ticks; ns of CPU time for reports.
 */
#ifndef CONTEND_OVERHEAD_H
#define CONTEND_OVERHEAD_H

#include <stdatomic.h>
#include <stdint.h>

#include "random.h"

enum { OVERHEAD_PERIOD = 64 };

/* What takes longer did not run: the thread was interrupted, most likely for a time slice of another one. */
enum { OVERHEAD_TICKS_MOST = 1 << 18 };

/* Of one thread, in its record. Only the owner writes. */
struct overhead_meter {
	uint32_t countdown;   /* guarded calls up to the one that is timed; 0 during that */
	uint32_t calls;       /* that it stands for */
	uint64_t since_ticks; /* of the timed call; 0: it is not timed after all */
	struct random random;
	_Atomic uint64_t own_ticks; /* estimated: of all owners of the record so far, as is the next */
	_Atomic uint64_t own_calls;
};

/* Of a process, in its region. */
struct overhead {
	uint64_t started_cpu_ns; /* CPU time of the process when the region was made */
	_Atomic uint64_t reports_ns;
};

/* A record that was never used. */
void overhead_meter_init(struct overhead_meter *meter, uint64_t seed, uint64_t stream);

/* A record has a new owner. The one before may have been cancelled in the midst of a call that was timed. */
void overhead_meter_take_over(struct overhead_meter *meter);

/* For the two functions below only. */
void overhead_begin(struct overhead_meter *meter);
void overhead_end(struct overhead_meter *meter);

static inline void overhead_enter(struct overhead_meter *meter)
{
	if (__builtin_expect(--meter->countdown == 0, 0))
		overhead_begin(meter);
}

static inline void overhead_leave(struct overhead_meter *meter)
{
	if (__builtin_expect(meter->countdown == 0, 0))
		overhead_end(meter);
}

/* overhead: zeroed memory of the region. */
void overhead_init(struct overhead *overhead);

/* A report took so much CPU time. */
void overhead_add_report(uint64_t cpu_ns);

#endif
