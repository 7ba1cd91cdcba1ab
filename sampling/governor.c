/* SPDX-License-Identifier: MIT */
#include "clock.h"
#include "governor.h"
#include "kernel.h"
#include "process.h"
#include "record_knobs.h"
#include "waiters.h"

_Static_assert(RECORD_LOCK_LEVELS == WAITERS_SHIFT_MOST, "all levels can be had");

/* Between two looks: some of the times for which locks are chosen anew, and some for which a lock is followed. And longer, until
 * enough calls were timed to tell anything. */
#define PERIOD_NS      INT64_C(16000000)
#define PERIOD_MOST_NS INT64_C(1000000000)
enum { NOTES_ENOUGH = 64 };

/* After so much time that cost much less than allowed a lower level is tried. */
#define PATIENCE_LEAST_NS INT64_C(1000000000)
#define PATIENCE_MOST_NS  (64 * PATIENCE_LEAST_NS)

enum { SHARE_ONE = 1000000 };

bool governor_is_on;

/* What was true at the last look, and happened since. The first three are anybody's, the others' owner has is_looking. */
static struct {
	_Atomic uint64_t own_ticks;
	_Atomic uint32_t notes;
	_Atomic uint64_t next_ticks;
	_Atomic bool is_looking;
	uint64_t looked_ticks, looked_own_ticks, looked_cpu_ns;
	struct record_coarseness now;
	uint32_t level;
	bool was_lowered; /* by the last change */
	uint64_t quiet_ticks, patience_ticks;
} state;

static struct governor *governor;

static void begin_period(uint64_t now_ticks, uint64_t cpu_ns)
{
	state.looked_ticks = now_ticks;
	state.looked_own_ticks = atomic_load_explicit(&state.own_ticks, memory_order_relaxed);
	state.looked_cpu_ns = cpu_ns;
	atomic_store_explicit(&state.notes, 0, memory_order_relaxed);
	atomic_store_explicit(&state.next_ticks, now_ticks + (record_knobs_ticks_of(PERIOD_NS) << state.now.lock_shift),
			      memory_order_relaxed);
}

void governor_init(struct governor *region_governor, uint64_t limit_ppm, uint64_t now_ticks)
{
	governor = region_governor;
	governor->limit_ppm = limit_ppm;
	governor_is_on = limit_ppm != 0;
	if (!governor_is_on)
		return;
	state.level = 0;
	state.quiet_ticks = 0;
	state.patience_ticks = record_knobs_ticks_of(PATIENCE_LEAST_NS);
	state.was_lowered = false;
	state.now = record_knobs_set_level(0);
	begin_period(now_ticks, process_cpu_ns(0));
	atomic_store_explicit(&state.is_looking, false, memory_order_relaxed);
}

static void set_level(uint32_t level, uint64_t share_ppm, uint64_t now_ticks)
{
	uint64_t number = atomic_load_explicit(&governor->changes, memory_order_relaxed);
	struct governor_change *change = &governor->last[number % GOVERNOR_CHANGES];

	state.was_lowered = level < state.level;
	state.level = level;
	state.quiet_ticks = 0;
	state.now = record_knobs_set_level(level);
	atomic_store_explicit(&change->since_ticks, now_ticks, memory_order_relaxed);
	atomic_store_explicit(&change->rate_ns, state.now.rate_ns, memory_order_relaxed);
	atomic_store_explicit(&change->fraction, state.now.fraction, memory_order_relaxed);
	atomic_store_explicit(&change->lock_shift, state.now.lock_shift, memory_order_relaxed);
	atomic_store_explicit(&change->overhead_ppm, share_ppm < SHARE_ONE ? (uint32_t)share_ppm : SHARE_ONE,
			      memory_order_relaxed);
	atomic_store_explicit(&governor->changes, number + 1, memory_order_release);
}

/* One level at least, and one for each factor of two: few of them are worth more. A level that was too low once will be again: the
 * next attempt is twice as far away. */
static void raise_level(uint64_t share_ppm, uint64_t now_ticks)
{
	uint32_t most = record_knobs_sampling_levels() + RECORD_LOCK_LEVELS;
	uint32_t level = state.level + 1;

	for (uint64_t bound_ppm = 2 * governor->limit_ppm; bound_ppm < share_ppm; bound_ppm *= 2)
		level++;
	if (!state.was_lowered)
		state.patience_ticks = record_knobs_ticks_of(PATIENCE_LEAST_NS);
	else if (state.patience_ticks < record_knobs_ticks_of(PATIENCE_MOST_NS))
		state.patience_ticks *= 2;
	if (state.level < most)
		set_level(level < most ? level : most, share_ppm, now_ticks);
}

/* A level is worth a factor of two at most, so what is lowered at a third stays below the bound. */
static void decide(uint64_t share_ppm, uint64_t passed_ticks, uint64_t now_ticks)
{
	if (share_ppm > governor->limit_ppm * 7 / 8)
		raise_level(share_ppm, now_ticks);
	else if (share_ppm > governor->limit_ppm / 3)
		state.quiet_ticks = 0;
	else if (state.level > 0 && (state.quiet_ticks += passed_ticks) >= state.patience_ticks)
		set_level(state.level - 1, share_ppm, now_ticks);
}

/* In millionths, since the last look. */
static uint64_t share_since(uint64_t cpu_ns)
{
	uint64_t own_ticks = atomic_load_explicit(&state.own_ticks, memory_order_relaxed) - state.looked_own_ticks;

	return own_ticks * SHARE_ONE / record_knobs_ticks_of((int64_t)(cpu_ns - state.looked_cpu_ns));
}

static void look(uint64_t now_ticks)
{
	uint64_t passed_ticks = clock_elapsed_ticks(state.looked_ticks, now_ticks);
	uint32_t notes = atomic_load_explicit(&state.notes, memory_order_relaxed);
	uint64_t cpu_ns;

	if (notes < NOTES_ENOUGH && passed_ticks < record_knobs_ticks_of(PERIOD_MOST_NS))
		return;
	cpu_ns = process_cpu_ns(0);
	if (cpu_ns > state.looked_cpu_ns)
		decide(share_since(cpu_ns), passed_ticks, now_ticks);
	begin_period(now_ticks, cpu_ns);
}

void governor_note(uint64_t own_ticks, uint64_t now_ticks)
{
	atomic_fetch_add_explicit(&state.own_ticks, own_ticks, memory_order_relaxed);
	atomic_fetch_add_explicit(&state.notes, 1, memory_order_relaxed);
	if (now_ticks < atomic_load_explicit(&state.next_ticks, memory_order_relaxed) ||
	    atomic_exchange_explicit(&state.is_looking, true, memory_order_acquire))
		return;
	if (!kernel_is_forbidden())
		look(now_ticks);
	atomic_store_explicit(&state.is_looking, false, memory_order_release);
}
