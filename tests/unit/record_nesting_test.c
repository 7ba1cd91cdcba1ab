/* SPDX-License-Identifier: MIT */
/* Goal: waits are seen while they last, also inside others; what a handler leaves behind, or must not do, is counted. */
#include "check.h"
#include "record_fixture.h"

/* What another process sees of the wait, one that is told to others or one that is not. */
static void wait_is_seen(struct record_wait *wait, bool is_stack_early)
{
	const struct thread *record;
	const struct thread_wait *seen;
	uint32_t sequence;

	start_afresh(1, is_stack_early ? 1 : INT64_C(1000000000000));
	record = thread_table_at(threads, 0);
	seen = &record->waits[0];
	at(1000);
	begin(wait);
	sequence = record->wait_sequence;
	is_u64(record->wait_depth, 1, "a wait is seen");
	ok(seen->kind == wait->site.kind && seen->object == (uint64_t)wait->site.object && seen->leaf_address == LEAF &&
		   seen->frame_mark == (uint64_t)wait->site.frame_pointer,
	   "what it waits for, in which function, called from where");
	is_u64(seen->waiter.since_ticks, 1000, "and since when");
	is_u64(thread_wait_unit(seen), is_stack_early ? sample_table_unit(wait->sample) : 0,
	       "with its stack, if that was taken");
	at(1700);
	end(wait, WAIT_OVER);
	is_u64(record->wait_depth, 0, "until it is over");
	is_u64(record->waited_ticks[wait->site.kind], 700, "then it counts, kept or not");
	begin(wait);
	is_u64(record->wait_sequence, sequence + 1, "the next one is told from it");
	end(wait, WAIT_REFUSED);
}

static void waits_are_seen(void)
{
	struct frame frame = {.caller = 100};
	struct record_wait lock = wait_at(&frame), file = wait_for_file(&frame, -1);

	for (int i = 0; i < 2; i++) {
		wait_is_seen(&lock, i);
		wait_is_seen(&file, i);
	}
}

static void waits_inside_waits_count_once(void)
{
	struct frame frame = {.caller = 100};
	struct record_wait outer = wait_for_file(&frame, -1), inner = wait_at(&frame);
	const struct thread *record;

	start_afresh(1, 1);
	record = thread_table_at(threads, 0);
	at(1000);
	begin(&outer);
	at(1100);
	begin(&inner);
	is_u64(record->wait_depth, 2, "a handler's wait is seen, too");
	at(1300);
	end(&inner, WAIT_OVER);
	at(1500);
	end(&outer, WAIT_OVER);
	is_u64(record->waited_ticks[WAIT_READ], 500, "the wait that it interrupted counts whole");
	is_u64(record->waited_ticks[WAIT_MUTEX], 0, "with what was waited in the handler");
}

static void nested_waits_are_bounded(void)
{
	struct frame frames[THREAD_WAITS + 1];
	struct record_wait waits[THREAD_WAITS + 1];
	struct thread *self;

	start_afresh(1, 1);
	self = thread_enter();
	for (int i = 0; i < THREAD_WAITS; i++) {
		frames[i].caller = 300 + i;
		waits[i] = wait_at(&frames[i]);
		ok(record_wait_begin(self, &waits[i]), "wait %d inside %d others", i, i);
	}
	waits[THREAD_WAITS] = wait_at(&frames[0]);
	ok(!record_wait_begin(self, &waits[THREAD_WAITS]), "one more is not measured");
	is_u64(atomic_load(&losses.events[LOSS_REENTERED]), 1, "and counted");
	record_wait_end(self, &waits[0], WAIT_OVER);
	ok(!waiters_any(&a_lock), "the outermost takes the ones inside it along");
	thread_leave(self);
}

static void abandoned_waits_are_left(void)
{
	struct frame stack[8] = {0}; /* a stack of which the lower frames are gone */
	struct record_wait abandoned = wait_at(&stack[1]), next = wait_at(&stack[5]);

	start_afresh(1, 1);
	thread_set_stack((struct stack_limits){.low_address = (uint64_t)stack, .high_address = (uint64_t)(stack + 8)});
	next.site.end = WAIT_END_OTHER;
	begin(&abandoned);
	begin(&next);
	ok(!waiters_any(&a_lock), "a wait whose frame is gone is over when the next one begins");
	is_u64(atomic_load(&losses.events[LOSS_ABANDONED]), 1, "and counted");
	end(&next, WAIT_OVER);
	thread_set_stack((struct stack_limits){0});
}

static void guard_keeps_handlers_out(void)
{
	struct thread *self;

	start_afresh(1, 1);
	self = thread_enter();
	ok(self != NULL, "the guard is entered");
	ok(thread_enter() == NULL, "and not twice");
	is_u64(atomic_load(&losses.events[LOSS_REENTERED]), 1, "which is counted");
	ok(thread_enter_for(THREAD_CALL_RELEASE) == NULL, "nor for a release");
	is_u64(atomic_load(&losses.events[LOSS_REENTERED_RELEASES]), 1, "which is counted apart");
	is_u64(atomic_load(&losses.events[LOSS_REENTERED]), 1, "from waits");
	thread_leave(self);
	uint32_t muted = thread_mute();

	ok(thread_enter() == NULL, "a muted thread passes through");
	is_u64(atomic_load(&losses.events[LOSS_REENTERED]), 1, "which is no loss");
	thread_unmute(muted);
	self = thread_enter();
	ok(self != NULL, "until it is unmuted");
	thread_leave(self);
}

int main(void)
{
	threads_startup();
	waits_are_seen();
	waits_inside_waits_count_once();
	nested_waits_are_bounded();
	abandoned_waits_are_left();
	guard_keeps_handlers_out();
	return done();
}
