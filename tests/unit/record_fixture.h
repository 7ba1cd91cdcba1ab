/* SPDX-License-Identifier: MIT */
/* record_fixture: recording in tables of the test's own, by a clock that the test sets, with stacks of two frames. Included by the test
 * program, once. */
#ifndef CONTEND_TESTS_RECORD_FIXTURE_H
#define CONTEND_TESTS_RECORD_FIXTURE_H

#include <string.h>

#include "config.h"
#include "fake_clock.h"
#include "frame.h"
#include "losses.h"
#include "record.h"

enum { LEAF = 0x1000 };

static _Alignas(4096) char samples_memory[1 << 20];
static _Alignas(64) char threads_memory[1 << 16];
static struct waiters waiters;
static struct losses losses;
static _Atomic uint32_t shown_fraction;
static _Atomic int64_t shown_rate_ns;
static struct sample_table *const samples = (struct sample_table *)samples_memory;
static struct thread_table *const threads = (struct thread_table *)threads_memory;
static int a_lock;
static unsigned stacks_taken;
static unsigned types_asked;

/* Descriptors are numbered as the types of what they lead to. */
enum file_type file_type_of(int descriptor)
{
	types_asked += descriptor >= 0;
	return descriptor >= 0 ? (enum file_type)descriptor : FILE_TYPE_NONE;
}

/* The stack is the leaf and the caller that the site names: stacks have a test of their own. */
unsigned stack_capture(struct stack_origin origin, struct stack_limits limits, uint64_t leaf_address,
		       uint64_t *out_frames, unsigned limit, struct stack_log *out_log)
{
	if (out_log)
		out_log->is_whole = false; /* it is not kept */
	(void)limits;
	(void)limit;
	stacks_taken++;
	out_frames[0] = frame_make(1, leaf_address);
	out_frames[1] = frame_make(1, origin.pc);
	return 2;
}

static void start_afresh_with(int fraction, int64_t rate_ns, uint64_t seed)
{
	memset(samples_memory, 0, sizeof(samples_memory));
	memset(threads_memory, 0, sizeof(threads_memory));
	memset(&waiters, 0, sizeof(waiters));
	memset(&losses, 0, sizeof(losses));
	losses_init(&losses);
	waiters_init(&waiters);
	sample_table_layout(samples, sizeof(samples_memory));
	sample_table_init(samples, samples->arena_limit_bytes);
	*threads = (struct thread_table){.stride_bytes = thread_record_bytes(16), .offset = 64, .limit = 8};
	threads_init(threads, 16, seed);
	threads_reserve(8);
	record_init(&shown_fraction, &shown_rate_ns);
	record_set_fraction(fraction);
	record_set_block_rate_ns(rate_ns);
	stacks_taken = 0;
	types_asked = 0;
}

__attribute__((unused)) static void start_afresh(int fraction, int64_t rate_ns)
{
	start_afresh_with(fraction, rate_ns, 1);
}

/* A wrapper's frame that called from `caller`. */
struct frame {
	uint64_t bp;
	uint64_t caller;
};

__attribute__((unused)) static struct record_wait wait_at(const struct frame *frame)
{
	return (struct record_wait){
		.site = {.kind = WAIT_MUTEX,
			 .end = WAIT_END_RELEASE,
			 .object = &a_lock,
			 .file = -1,
			 .leaf_address = LEAF,
			 .frame_pointer = frame},
	};
}

/* A call that waits for a descriptor. */
__attribute__((unused)) static struct record_wait wait_for_file(const struct frame *frame, int descriptor)
{
	return (struct record_wait){
		.site = {.kind = WAIT_READ,
			 .end = WAIT_END_OTHER,
			 .file = descriptor,
			 .leaf_address = LEAF,
			 .frame_pointer = frame},
	};
}

static void at(uint64_t ticks)
{
	atomic_store(&fake_now_ticks, ticks);
}

/* What a profile has of a caller, for descriptors of that type. */
static struct sample_weight recorded_of(enum profile profile, uint64_t caller, enum file_type type)
{
	struct sample_weight sum = {0};

	for (uint32_t slot = 0; slot < samples->slot_count; slot++) {
		const struct sample *sample = sample_table_slot(samples, sizeof(samples_memory), slot);

		if (sample && sample->profile == profile && sample->file_type == type && sample->depth == 2 &&
		    frame_address(sample->frames[1]) == caller) {
			sum.count += sample_read(sample).count >> SAMPLER_COUNT_SHIFT;
			sum.delay_ticks += sample_read(sample).delay_ticks;
		}
	}
	return sum;
}

__attribute__((unused)) static struct sample_weight recorded(enum profile profile, uint64_t caller)
{
	return recorded_of(profile, caller, FILE_TYPE_NONE);
}

__attribute__((unused)) static void begin(struct record_wait *wait)
{
	struct thread *self = thread_enter();

	record_wait_begin(self, wait);
	thread_leave(self);
}

__attribute__((unused)) static void end(struct record_wait *wait, enum wait_outcome outcome)
{
	struct thread *self = thread_enter();

	record_wait_end(self, wait, outcome);
	thread_leave(self);
}

/* A wait of `ticks` for a descriptor. */
__attribute__((unused)) static void wait_through(struct record_wait *wait, uint64_t ticks, enum wait_outcome outcome)
{
	at(1000);
	begin(wait);
	at(1000 + ticks);
	end(wait, outcome);
}

__attribute__((unused)) static void release_at(const struct frame *frame)
{
	struct record_site site = {.kind = WAIT_MUTEX, .leaf_address = LEAF, .frame_pointer = frame};
	struct thread *self = thread_enter();

	record_release_end(self, record_release_begin(self, &a_lock), &site);
	thread_leave(self);
}

__attribute__((unused)) static uint64_t handed_off(void)
{
	return atomic_load(&thread_table_at(threads, 0)->handoff_ticks);
}

#endif
