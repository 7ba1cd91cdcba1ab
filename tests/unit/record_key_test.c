/* SPDX-License-Identifier: MIT */
/* Goal: what samples tell apart: how long it took, what a descriptor is, which lock, whom a release was for. */
#include "check.h"
#include "record_fixture.h"

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
	struct thread *record;
	uint32_t number, other;

	start_afresh(1, 1);
	record = thread_table_at(threads, 0);
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

int main(void)
{
	threads_startup();
	delays_are_told_apart();
	words_that_may_be_locks();
	descriptors_are_told_apart();
	long_waits_know_their_descriptor();
	locks_are_carried();
	return done();
}
