/* SPDX-License-Identifier: MIT */
/* record_knobs: how much is recorded: what the user wants, made coarser by a level that the governor sets.
 *
 * Called from   application threads, the helper, signal handlers. Whoever comes last wins; the past is never rescaled.
 * Level         0 is what the user wants. Each of the first record_knobs_sampling_levels() levels doubles the fraction and the
 *               rate, up to where that saves little. Each of RECORD_LOCK_LEVELS above them halves what is left: it doubles the rate,
 *               and only half as many locks are followed at a time (sampler_lock_keeps), for entering a wait in the account of its
 *               lock is most of what contention costs then. Nothing that is off comes on.
 * Arithmetic    in integers: levels change in the middle of calls of the application.
 */
#ifndef CONTEND_RECORD_KNOBS_H
#define CONTEND_RECORD_KNOBS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* What is asked for at every call; the functions below change it. A cache line of its own. */
struct record_knobs {
	_Alignas(64) _Atomic uint32_t fraction; /* 0: off; 1: all */
	_Atomic uint32_t lock_shift;            /* one lock in 2^lock_shift is followed at a time */
	_Atomic uint64_t rate_ticks;            /* 0: off; 1: all */
	/* A wait with a threshold up to this is worth its stack beforehand: unwinding is then hidden in the wait. One with a
	 * higher threshold waits so much longer than unwinding takes that it can be done afterwards, if at all. */
	_Atomic uint64_t early_ticks;
	_Atomic uint64_t answer_ticks;     /* calls that are refused take less */
	_Atomic uint64_t ns_of_2_32_ticks; /* how long so many ticks take */
};

extern struct record_knobs record_knobs __attribute__((visibility("hidden")));

/* Is the block profile on? One look, no guard: false means that a wrapper of a call that only waits need not measure. */
static inline bool record_waits_are_on(void)
{
	return atomic_load_explicit(&record_knobs.rate_ticks, memory_order_relaxed) != 0;
}

/* Is any profile on? The same for locks. */
static inline bool record_is_on(void)
{
	return record_waits_are_on() || atomic_load_explicit(&record_knobs.fraction, memory_order_relaxed) != 0;
}

/* The knobs as the user wants them, with SetMutexProfileFraction's contract: negative reads; the old value is returned. */
int record_set_fraction(int fraction);
int64_t record_set_block_rate_ns(int64_t rate_ns);

/* How it is recorded at one level. */
struct record_coarseness {
	uint32_t fraction;
	uint32_t lock_shift;
	int64_t rate_ns;
};

enum { RECORD_LOCK_LEVELS = 6 };

/* Levels are 0 to record_knobs_sampling_levels() + RECORD_LOCK_LEVELS. Returns what holds from now on. */
uint32_t record_knobs_sampling_levels(void);
struct record_coarseness record_knobs_set_level(uint32_t level);

/* As many ticks, at least one; 0 for none. */
uint64_t record_knobs_ticks_of(int64_t ns);

/* From now on the knobs are also shown in a region's header; they keep their values. */
void record_init(_Atomic uint32_t *shown_fraction, _Atomic int64_t *shown_block_rate_ns);

/* Nothing is recorded any more, whatever the knobs are set to, in forked children neither: a child without a region, a process that
 * gave up the clock. */
void record_stop(void);
bool record_is_stopped(void);

#endif
