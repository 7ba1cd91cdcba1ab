/* SPDX-License-Identifier: MIT */
/* Goal: what enters the tables is what happened: both profiles, weights, hand-off, nested and abandoned waits, the knobs. */
#include <string.h>

#include "check.h"
#include "record_fixture.h"

static uint64_t handed_off(void)
{
	return atomic_load(&thread_table_at(threads, 0)->handoff_ticks);
}

/* The mutex profile's sample of a release with a waiter's frames behind it; NULL if there is none. */
static const struct sample *release_with_waiter(void)
{
	for (uint32_t slot = 0; slot < samples->slot_count; slot++) {
		const struct sample *sample = sample_table_slot(samples, sizeof(samples_memory), slot);

		if (sample && sample->profile == PROFILE_MUTEX && sample->depth == 5)
			return sample;
	}
	return NULL;
}

/* What a profile has of a caller in one delay class; its longest in *out_longest_ticks. */
static struct sample_weight recorded_in(enum profile profile, uint64_t caller, uint8_t delay_class,
					uint64_t *out_longest_ticks)
{
	struct sample_weight none = {0};

	for (uint32_t slot = 0; slot < samples->slot_count; slot++) {
		const struct sample *sample = sample_table_slot(samples, sizeof(samples_memory), slot);

		if (sample && sample->profile == profile && sample->delay_class == delay_class && sample->depth == 2 &&
		    frame_address(sample->frames[1]) == caller) {
			*out_longest_ticks = sample->longest_ticks;
			return sample_read(sample);
		}
	}
	*out_longest_ticks = 0;
	return none;
}

static void is_class(enum profile profile, uint64_t caller, uint64_t from_ns, uint64_t delay_ns, uint64_t longest_ns)
{
	uint64_t longest_ticks;
	struct sample_weight weight = recorded_in(profile, caller, sample_delay_class(from_ns), &longest_ticks);

	is_u64(weight.delay_ticks, delay_ns, "profile %d from %lu ns on: the sum", profile, (unsigned long)from_ns);
	is_u64(longest_ticks, longest_ns, "and the longest");
}

/* Waits of 100, 120 and 200 ns, each released in its middle. */
static void delays_are_told_apart(void)
{
	static const uint64_t lengths_ns[] = {100, 120, 200};
	struct frame waiting = {.caller = 100}, releasing = {.caller = 200};
	uint64_t now = 1000, longest_ticks;

	start_afresh(1, 1);
	config.histogram = 1;
	for (int i = 0; i < 3; i++, now += 1000) {
		struct record_wait wait = wait_at(&waiting);

		at(now);
		begin(&wait);
		at(now + lengths_ns[i] / 2);
		release_at(&releasing);
		at(now + lengths_ns[i]);
		end(&wait, WAIT_OVER);
	}
	is_class(PROFILE_BLOCK, 100, 64, 220, 120);
	is_class(PROFILE_BLOCK, 100, 128, 200, 200);
	is_class(PROFILE_MUTEX, 200, 32, 110, 60);
	is_class(PROFILE_MUTEX, 200, 64, 100, 100);
	is_u64(recorded_in(PROFILE_BLOCK, 100, 0, &longest_ticks).count, 0, "nothing is in no class");
	is_u64(recorded(PROFILE_BLOCK, 100).count, 3, "nor twice");
	config.histogram = 0;
}

static void words_that_may_be_locks(void)
{
	struct frame waiting = {.caller = 100}, releasing = {.caller = 200};
	struct record_wait wait = wait_at(&waiting);
	struct record_site site = {.kind = WAIT_FUTEX, .leaf_address = LEAF, .frame_pointer = &releasing};
	const struct sample *release;
	struct thread *self;

	start_afresh(1, INT64_C(1000000000));
	wait.site.kind = WAIT_FUTEX;
	at(1000);
	begin(&wait);
	ok(wait.sample && stacks_taken == 1, "the waiter's stack is taken beforehand, whatever the rate");
	at(1500);
	self = thread_enter();
	site.waiter = wait.sample;
	record_release_end(self, record_release_begin(self, &a_lock), &site);
	thread_leave(self);
	at(1530);
	end(&wait, WAIT_OVER);
	release = release_with_waiter();
	if (!ok(release, "the release was recorded, with its waiter"))
		return;
	is_u64(sample_read(release).delay_ticks, 500, "charged as any");
	ok(release->frames[1] == frame_make(1, 200) && release->frames[4] == frame_make(1, 100),
	   "by who, and for whom");
	ok(release->frames[2] == frame_make(FRAME_MODULE_PSEUDO, FRAME_WAITER), "told apart");
	is_u64(handed_off(), 0, "the rest is not known to be hand-off");
	is_u64(recorded(PROFILE_BLOCK, 100).count, 0, "and the wait was too short for its rate");
}

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

/* A wait of `ticks` for a descriptor. */
static void wait_through(struct record_wait *wait, uint64_t ticks, enum wait_outcome outcome)
{
	at(1000);
	begin(wait);
	at(1000 + ticks);
	end(wait, outcome);
}

static void descriptors_are_told_apart(void)
{
	struct frame frame = {.caller = 100};
	struct record_wait pipe = wait_for_file(&frame, FILE_TYPE_PIPE), none = wait_for_file(&frame, -1),
			   socket = wait_for_file(&frame, FILE_TYPE_SOCKET);

	start_afresh(1, 1);
	wait_through(&pipe, 30, WAIT_OVER);
	wait_through(&socket, 500, WAIT_OVER);
	wait_through(&pipe, 40, WAIT_GIVEN_UP);
	wait_through(&none, 7, WAIT_OVER);
	is_u64(stacks_taken, 4, "one stack a wait, though what it was for is known only afterwards");
	is_u64(types_asked, 3, "and one question for each that had a descriptor");
	is_u64(recorded_of(PROFILE_BLOCK, 100, FILE_TYPE_PIPE).count, 2, "waits for pipes");
	is_u64(recorded_of(PROFILE_BLOCK, 100, FILE_TYPE_PIPE).delay_ticks, 70, "as long as they took");
	is_u64(recorded_of(PROFILE_BLOCK, 100, FILE_TYPE_SOCKET).delay_ticks, 500, "those for a socket");
	is_u64(recorded_of(PROFILE_BLOCK, 100, FILE_TYPE_NONE).count, 1, "and those for nothing of the kind");
}

/* The stack is taken afterwards, when what the wait was for is known. */
static void long_waits_know_their_descriptor(void)
{
	struct frame frame = {.caller = 100};
	struct record_wait wait = wait_for_file(&frame, FILE_TYPE_EVENTFD);

	start_afresh(0, INT64_C(1000000000000));
	wait_through(&wait, UINT64_C(2000000000000), WAIT_OVER);
	is_u64(stacks_taken, 1, "a wait that is longer than the rate takes a stack");
	is_u64(recorded_of(PROFILE_BLOCK, 100, FILE_TYPE_EVENTFD).count, 1, "with its type");
	is_u64(recorded(PROFILE_BLOCK, 100).count, 0, "and no other entry");
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

/* What another process sees of the wait, one that is told to others or one that is not. */
static void wait_is_seen(struct record_wait *wait, bool is_stack_early)
{
	const struct thread *record = thread_table_at(threads, 0);
	const struct thread_wait *seen = &record->waits[0];
	uint32_t sequence;

	start_afresh(1, is_stack_early ? 1 : INT64_C(1000000000000));
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

/* The lock that the sample of a caller is about. */
static uint32_t lock_recorded(enum profile profile, uint64_t caller)
{
	for (uint32_t slot = 0; slot < samples->slot_count; slot++) {
		const struct sample *sample = sample_table_slot(samples, sizeof(samples_memory), slot);

		if (sample && sample->profile == profile && sample->depth == 2 &&
		    frame_address(sample->frames[1]) == caller)
			return sample->lock;
	}
	return UINT32_MAX;
}

/* A wait, the release that ends it, a wait for another lock in a handler that interrupted it; then one that no release ends. */
static void locks_are_carried(void)
{
	static struct lock_table locks;
	static int other_lock;
	struct frame waiting = {.caller = 100}, releasing = {.caller = 200}, handling = {.caller = 300};
	struct record_wait wait = wait_at(&waiting), inner = wait_at(&handling), none = wait_at(&waiting);
	struct thread *record = thread_table_at(threads, 0);
	uint32_t number, other;

	start_afresh(1, 1);
	lock_table_init(&locks, LOCK_LABELS_ADDRESS);
	inner.site.object = &other_lock;
	none.site.kind = WAIT_FUTEX;
	none.site.end = WAIT_END_OTHER;
	number = lock_table_find(&a_lock);
	other = lock_table_find(&other_lock);
	at(1000);
	begin(&wait);
	is_u64(record->waits[0].lock, number, "a wait tells for which lock it is");
	at(1100);
	begin(&inner);
	at(1130);
	end(&inner, WAIT_GIVEN_UP);
	release_at(&releasing);
	at(1200);
	end(&wait, WAIT_OVER);
	is_u64(lock_recorded(PROFILE_BLOCK, 100), number, "so does its sample");
	is_u64(lock_recorded(PROFILE_BLOCK, 300), other, "that of the other, its own");
	is_u64(lock_recorded(PROFILE_MUTEX, 200), number, "and that of the release");
	lock_table_settle(&record->lock_waits);
	is_u64(locks.accounts[number - 1].waited_ticks, 200, "what was waited is counted for the lock");
	is_u64(locks.accounts[other - 1].waited_ticks, 30, "and for the other");
	at(2000);
	begin(&none);
	is_u64(record->waits[0].lock, 0, "a wait that no release ends is for none");
	at(2100);
	end(&none, WAIT_OVER);
	lock_table_init(NULL, LOCK_LABELS_OFF);
}

static void waits_inside_waits_count_once(void)
{
	struct frame frame = {.caller = 100};
	struct record_wait outer = wait_for_file(&frame, -1), inner = wait_at(&frame);
	const struct thread *record = thread_table_at(threads, 0);

	start_afresh(1, 1);
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
	delays_are_told_apart();
	words_that_may_be_locks();
	clock_jumps_back();
	refusals_are_no_waits();
	wakers_are_named();
	short_waits_take_no_stack();
	descriptors_are_told_apart();
	long_waits_know_their_descriptor();
	dropped_waits_ask_nothing();
	answers_are_no_waits();
	waits_are_seen();
	locks_are_carried();
	waits_inside_waits_count_once();
	nested_waits_are_bounded();
	abandoned_waits_are_left();
	guard_keeps_handlers_out();
	knobs_keep_their_contract();
	return done();
}
