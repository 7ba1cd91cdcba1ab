/* SPDX-License-Identifier: MIT */
/* clock: what time it is, in ticks, as cheaply as this machine allows.
 *
 * Called from   anywhere, signal handlers included; clock_init from the constructor only.
 * Units         a tick is one step of the processor's counter, or one ns where that cannot be trusted.
 *               Ticks of one process compare with each other and with nothing else;
 *               reports turn them into ns by two anchors.
 * When wrong    a reading may lie some tens of ticks before one taken earlier on another CPU:
 *               take differences with clock_elapsed_ticks only.
 */
#ifndef CONTEND_CLOCK_H
#define CONTEND_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "counter.h"

enum clock_source {
	CLOCK_SOURCE_MONOTONIC, /* clock_gettime(CLOCK_MONOTONIC) through the vDSO: 1 tick = 1 ns */
	CLOCK_SOURCE_COUNTER,   /* counter.h: invariant, and what the kernel itself keeps time by */
};

/* The same instant on two clocks. */
struct clock_anchor {
	uint64_t ticks;
	uint64_t monotonic_ns;
};

/* Chooses the source and takes the first anchor. Called once, before any other function here. */
void clock_init(void);

enum clock_source clock_source(void);

/* For the next function only. */
extern bool clock_is_counter __attribute__((visibility("hidden")));
uint64_t clock_now_without_counter(void);

/* Now. No system call, no lock. Inline: every wait asks twice. */
static inline uint64_t clock_now_ticks(void)
{
	return __builtin_expect(clock_is_counter, 1) ? counter_read() : clock_now_without_counter();
}

/* An anchor for now: both clocks read within a bracket of well below a microsecond where possible. */
struct clock_anchor clock_anchor_now(void);

/* A thread has asked that reading the counter kills it, for itself and all that it makes (prctl PR_SET_TSC); every clock of
 * the vDSO reads it. From now on anchors are taken all the same, with two more system calls. Whoever reads the clock else
 * must have stopped. */
void clock_forbid(void);

/* The anchor that clock_init took. */
struct clock_anchor clock_anchor_first(void);

/* Ticks in a ns, from the first anchor to now; the longer ago the first, the better (30 ppm after 1 ms).
 * Cheap enough for a slow path, not for a wrapper: it is asked when a knob changes. In the first 20 us it spins until
 * they are over, so that even then the ratio is right to 0.1 % or so. */
double clock_ticks_per_ns(void);

/* later - earlier, or 0 where CPUs disagree about the order. */
static inline uint64_t clock_elapsed_ticks(uint64_t earlier_ticks, uint64_t later_ticks)
{
	return later_ticks > earlier_ticks ? later_ticks - earlier_ticks : 0;
}

#endif
