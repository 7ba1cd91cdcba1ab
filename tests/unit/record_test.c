/* SPDX-License-Identifier: MIT */
/* Goal: what enters the tables is what happened: both profiles, weights, hand-off; what is no wait; and the knobs. */
#include "check.h"
#include "record_fixture.h"

static void both_sides_are_recorded(void)
{
	struct frame waiting = {.caller = 100}, releasing = {.caller = 200};
	struct record_wait wait = wait_at(&waiting);

	start_afresh(1, 1);
	at(1000);
	begin(&wait);
	at(1500);
	release_at(&releasing);
	at(1530);
	end(&wait, WAIT_OVER);
	is_u64(recorded(PROFILE_BLOCK, 100).count, 1, "one wait");
	is_u64(recorded(PROFILE_BLOCK, 100).delay_ticks, 530, "as long as it took");
	is_u64(recorded(PROFILE_MUTEX, 200).count, 1, "one release that ended waiting");
	is_u64(recorded(PROFILE_MUTEX, 200).delay_ticks, 500, "charged with what it ended");
	is_u64(handed_off(), 30, "the rest is hand-off");
	release_at(&releasing);
	is_u64(recorded(PROFILE_MUTEX, 200).count, 1, "a release that nobody waited for is no event");
}

/* A counter that jumps back (a processor behind, a machine that was moved) makes a wait short, and never nearly endless. */
static void clock_jumps_back(void)
{
	struct frame waiting = {.caller = 100}, releasing = {.caller = 200}, reading = {.caller = 300};
	struct record_wait wait = wait_at(&waiting), file = wait_for_file(&reading, -1);

	start_afresh(1, 1);
	at(1000);
	begin(&wait);
	at(400);
	release_at(&releasing);
	at(300);
	end(&wait, WAIT_OVER);
	is_u64(recorded(PROFILE_BLOCK, 100).count, 1, "a wait through a jump back");
	is_u64(recorded(PROFILE_BLOCK, 100).delay_ticks, 0, "took no time");
	is_u64(recorded(PROFILE_MUTEX, 200).delay_ticks, 0, "and nothing is charged for it");
	is_u64(handed_off(), 0, "nor handed off");
	at(1000);
	begin(&file);
	at(10);
	end(&file, WAIT_OVER);
	is_u64(recorded(PROFILE_BLOCK, 300).delay_ticks, 0, "nor does a wait that nobody ends");
	at(2000);
	begin(&wait);
	at(2500);
	release_at(&releasing);
	at(2500);
	end(&wait, WAIT_OVER);
	is_u64(recorded(PROFILE_MUTEX, 200).delay_ticks, 500, "the next is charged as always");
}

static void refusals_are_no_waits(void)
{
	struct frame frame = {.caller = 100};
	struct record_wait wait = wait_at(&frame);

	start_afresh(1, 1);
	begin(&wait);
	end(&wait, WAIT_REFUSED);
	is_u64(recorded(PROFILE_BLOCK, 100).count, 0, "a refused call is not recorded");
	ok(!waiters_any(&a_lock), "and waits no more");
}

static void wake_at(const struct frame *frame, unsigned waiters)
{
	struct record_site site = {.kind = WAIT_COND, .object = &a_lock, .leaf_address = LEAF, .frame_pointer = frame};
	struct thread *self = thread_enter();

	record_wake(self, &site, waiters);
	thread_leave(self);
}

static void wakers_are_named(void)
{
	struct frame waiting = {.caller = 100}, waking = {.caller = 300};
	struct record_wait wait = wait_at(&waiting);

	start_afresh(1, 1);
	wait.site.end = WAIT_END_WAKE;
	config.wakers = 1;
	for (int woken = 0; woken < 2; woken++) {
		at(1000);
		begin(&wait);
		if (woken)
			wake_at(&waking, 1);
		at(1700);
		end(&wait, woken ? WAIT_OVER : WAIT_GIVEN_UP);
	}
	is_u64(recorded(PROFILE_BLOCK, 100).count, 2, "two waits");
	is_u64(recorded(PROFILE_WAKE, 300).count, 1, "of which somebody ended one");
	is_u64(recorded(PROFILE_WAKE, 300).delay_ticks, 700, "as long as it took, hand-off included");
	is_u64(recorded(PROFILE_MUTEX, 300).count, 0, "who wakes is not to blame");
	begin(&wait);
	wake_at(&waking, 1);
	end(&wait, WAIT_AT_ONCE);
	is_u64(recorded(PROFILE_BLOCK, 100).count, 2, "the last to arrive did not wait");
	is_u64(recorded(PROFILE_WAKE, 300).count, 1, "and was woken by nobody");
	config.wakers = 0;
}

static void short_waits_take_no_stack(void)
{
	struct frame frame = {.caller = 100};
	unsigned before, dropped = 0;

	start_afresh(0, 1000000);
	for (int i = 0; i < 1000; i++) {
		struct record_wait wait = wait_at(&frame);

		at(0);
		begin(&wait);
		dropped += wait.threshold_ticks > 100 && wait.sample == NULL;
		at(100);
		end(&wait, WAIT_OVER);
	}
	before = stacks_taken;
	ok(dropped > 950 && before < 50, "of 1000 waits of 100 ns at 1 ms %u took a stack", before);
	struct record_wait wait = wait_at(&frame);

	at(0);
	begin(&wait);
	at(2000000);
	end(&wait, WAIT_OVER);
	is_u64(stacks_taken - before, 1, "a wait longer than the rate takes one");
}

static void dropped_waits_ask_nothing(void)
{
	struct frame frame = {.caller = 100};
	unsigned kept = 0;

	start_afresh(0, 1000000);
	for (int i = 0; i < 1000; i++) {
		struct record_wait wait = wait_for_file(&frame, FILE_TYPE_PIPE);

		wait_through(&wait, 1000, WAIT_OVER);
		kept += wait.threshold_ticks <= 1000;
	}
	ok(kept < 20, "of 1000 waits of 1 us at 1 ms %u are kept", kept);
	is_u64(types_asked, kept, "only those ask what their descriptor is");
	ok(stacks_taken < 60, "%u stacks were taken", stacks_taken);
}

/* At 1 tick a ns: such an answer takes less than 500 us. */
static void answers_are_no_waits(void)
{
	struct frame frame = {.caller = 100};
	struct record_wait wait = wait_for_file(&frame, FILE_TYPE_SOCKET);

	start_afresh(1, 1);
	wait_through(&wait, 499999, WAIT_TRIED);
	wait_through(&wait, 1000000, WAIT_AT_ONCE);
	wait_through(&wait, 1000000, WAIT_REFUSED);
	is_u64(types_asked, 0, "what did not wait asks nothing");
	is_u64(recorded_of(PROFILE_BLOCK, 100, FILE_TYPE_SOCKET).count, 0, "EAGAIN at once is no wait");
	wait_through(&wait, 500000, WAIT_TRIED);
	is_u64(recorded_of(PROFILE_BLOCK, 100, FILE_TYPE_SOCKET).count, 1, "EAGAIN after a time-out is");
	is_u64(recorded_of(PROFILE_BLOCK, 100, FILE_TYPE_SOCKET).delay_ticks, 500000, "all of it");
	start_afresh(0, INT64_C(1000000000000));
	for (int i = 0; i < 100; i++)
		wait_through(&wait, 500000, WAIT_TRIED);
	is_u64(types_asked, 0, "below its rate it is dropped like any other");
}

static void knobs_keep_their_contract(void)
{
	struct frame releasing = {.caller = 200}, waiting = {.caller = 100};
	struct record_wait wait = wait_at(&waiting);

	start_afresh(4, 1000);
	is_u64((uint64_t)record_set_fraction(-1), 4, "a negative fraction reads");
	is_u64((uint64_t)record_set_fraction(0), 4, "setting returns the old one");
	is_u64((uint64_t)record_set_fraction(-5), 0, "and 0 is off");
	is_u64((uint64_t)record_set_block_rate_ns(-1), 1000, "a negative rate reads");
	is_u64((uint64_t)record_set_block_rate_ns(0), 1000, "setting returns the old one");
	ok(!record_is_on(), "both off is off");
	at(0);
	begin(&wait);
	record_set_fraction(1);
	at(50);
	release_at(&releasing);
	end(&wait, WAIT_OVER);
	is_u64(recorded(PROFILE_MUTEX, 200).count, 0, "a wait that began while off is never charged");
	is_u64(recorded(PROFILE_BLOCK, 100).count, 0, "nor recorded");
	record_set_fraction(7);
	record_set_block_rate_ns(99);
	is_u64(atomic_load(&shown_fraction), 7, "the header shows the fraction");
	is_u64((uint64_t)atomic_load(&shown_rate_ns), 99, "and the rate");
}

int main(void)
{
	threads_startup();
	both_sides_are_recorded();
	clock_jumps_back();
	refusals_are_no_waits();
	wakers_are_named();
	short_waits_take_no_stack();
	dropped_waits_ask_nothing();
	answers_are_no_waits();
	knobs_keep_their_contract();
	return done();
}
