/* SPDX-License-Identifier: MIT */
/* Goal: names decide what a wake was, the waiter's before the waker's; without one, what was seen of the word. */
#include <string.h>

#include "check.h"
#include "futex_names.h"

/* A frame is the number of its name here. */
enum {
	NOTHING,
	USER,
	RUST_MUTEX,
	RUST_MUTEX_V0,
	RUST_MUTEX_1_63,
	RUST_CONDVAR,
	RUST_PARK,
	RUST_RWLOCK,
	PARKING_LOT_MUTEX,
	PARKING_LOT_RWLOCK,
	PARKING_LOT_CONDVAR,
	PARKING_LOT_ONCE,
	ABSL_LOCK_LOOP,
	ABSL_LOCK_WHEN,
	ABSL_UNLOCK,
	ABSL_SIGNAL,
	QT_MUTEX,
	QT_SEMAPHORE,
	NAMES
};
static const char *const names[NAMES] = {
	[NOTHING] = "syscall",
	[USER] = "_ZN4main15wait_in_a_queue17h0123456789abcdefE",
	[RUST_MUTEX] = "_ZN3std3sys4sync5mutex5futex5Mutex14lock_contended17h0123456789abcdefE",
	[RUST_MUTEX_V0] = "_RNvMNtNtNtNtCsjrHSEGnQ3l9_3std3sys4sync5mutex5futexNtB2_5Mutex14lock_contended",
	[RUST_MUTEX_1_63] = "_ZN3std3sys4unix5locks11futex_mutex5Mutex14lock_contended17h0123456789abcdefE",
	[RUST_CONDVAR] = "_RNvMNtNtNtNtCsjrHSEGnQ3l9_3std3sys4sync7condvar5futexNtB2_7Condvar4wait",
	[RUST_PARK] = "_RNvNtNtCsjrHSEGnQ3l9_3std6thread9functions4park",
	[RUST_RWLOCK] = "_RNvMNtNtNtNtCsjrHSEGnQ3l9_3std3sys4sync6rwlock5futexNtB2_6RwLock15write_contended",
	[PARKING_LOT_MUTEX] = "_ZN11parking_lot9raw_mutex8RawMutex9lock_slow17ha2bcadb9cb51defbE",
	[PARKING_LOT_RWLOCK] = "_ZN11parking_lot10raw_rwlock9RawRwLock16wait_for_readers17he054367ee72d1f2dE",
	[PARKING_LOT_CONDVAR] = "_ZN11parking_lot7condvar7Condvar19wait_until_internal17h1d976561cab2a170E",
	[PARKING_LOT_ONCE] = "_ZN11parking_lot4once4Once14call_once_slow17h0123456789abcdefE",
	[ABSL_LOCK_LOOP] = "_ZN4absl7debian35Mutex12LockSlowLoopEPNS0_15SynchWaitParamsEi",
	[ABSL_LOCK_WHEN] = "_ZN4absl7debian35Mutex8LockWhenERKNS0_9ConditionE",
	[ABSL_UNLOCK] = "_ZN4absl7debian35Mutex10UnlockSlowEPNS0_15SynchWaitParamsE",
	[ABSL_SIGNAL] = "_ZN4absl7debian37CondVar6SignalEv",
	[QT_MUTEX] = "_ZN11QBasicMutex12lockInternalEv",
	[QT_SEMAPHORE] = "_ZN10QSemaphore7acquireEi",
};
static unsigned looked_up;

uint32_t symbols_number(const struct symbols *symbols, uint64_t frame)
{
	(void)symbols;
	return frame;
}

const char *symbols_name(const struct symbols *symbols, uint32_t number)
{
	(void)symbols;
	looked_up++;
	return names[number];
}

enum { DEPTH = 24 };

/* Stacks end with NOTHING, which ends the lists here, too. */
static bool is_lock(enum wait_kind kind, const uint64_t waiter[DEPTH], const uint64_t waker[DEPTH])
{
	struct snapshot_sample sample = {.kind = kind, .frames = waker, .waiter_frames = waiter};
	uint8_t uses[NAMES] = {0};

	while (sample.depth < DEPTH && waker[sample.depth] != NOTHING)
		sample.depth++;
	while (sample.waiter_depth < DEPTH && waiter[sample.waiter_depth] != NOTHING)
		sample.waiter_depth++;
	return futex_names_is_lock(NULL, &sample, uses);
}

#define STACK(...) ((const uint64_t[DEPTH]){__VA_ARGS__})

static void without_names_the_word_tells(void)
{
	ok(is_lock(WAIT_FUTEX_LOCK, STACK(USER), STACK(USER)), "a word like a lock's");
	ok(!is_lock(WAIT_FUTEX, STACK(USER), STACK(USER)), "another word");
	ok(is_lock(WAIT_FUTEX_LOCK, STACK(NOTHING), STACK(NOTHING)), "no frames at all");
}

static void names_tell(void)
{
	static const struct {
		uint64_t name;
		bool is_lock;
	} cases[] = {
		{RUST_MUTEX, true},           {RUST_MUTEX_V0, true},     {RUST_MUTEX_1_63, true},
		{RUST_CONDVAR, false},        {PARKING_LOT_MUTEX, true}, {PARKING_LOT_RWLOCK, true},
		{PARKING_LOT_CONDVAR, false}, {PARKING_LOT_ONCE, false}, {RUST_PARK, false},
		{RUST_RWLOCK, true},          {ABSL_LOCK_LOOP, true},    {ABSL_LOCK_WHEN, false},
		{ABSL_SIGNAL, false},         {QT_MUTEX, true},          {QT_SEMAPHORE, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		for (int kind = WAIT_FUTEX; kind <= WAIT_FUTEX_LOCK; kind++) {
			ok(is_lock(kind, STACK(USER, cases[i].name, USER), STACK(USER)) == cases[i].is_lock,
			   "the waiter is in %s", names[cases[i].name]);
			ok(is_lock(kind, STACK(USER), STACK(USER, cases[i].name)) == cases[i].is_lock,
			   "the waker is in %s", names[cases[i].name]);
		}
	ok(!is_lock(WAIT_FUTEX, STACK(USER), STACK(ABSL_UNLOCK)), "abseil's unlock wakes waiters for conditions, too");
}

static void the_first_name_tells(void)
{
	ok(is_lock(WAIT_FUTEX, STACK(RUST_MUTEX, RUST_CONDVAR), STACK(USER)), "a condition's wait locks its mutex");
	ok(!is_lock(WAIT_FUTEX, STACK(RUST_CONDVAR, RUST_MUTEX), STACK(USER)), "and not the reverse");
	ok(is_lock(WAIT_FUTEX, STACK(RUST_MUTEX), STACK(RUST_PARK)), "the waiter's comes before the waker's");
	ok(!is_lock(WAIT_FUTEX_LOCK, STACK(RUST_PARK), STACK(RUST_MUTEX)), "whichever it is");
	ok(!is_lock(WAIT_FUTEX, STACK(ABSL_LOCK_LOOP, ABSL_LOCK_WHEN), STACK(USER)), "some leave it to their callers");
	ok(is_lock(WAIT_FUTEX, STACK(ABSL_LOCK_LOOP, USER), STACK(USER)), "who may have no name");
}

static void far_names_tell_nothing(void)
{
	uint64_t waiter[DEPTH];

	for (int i = 0; i < DEPTH; i++)
		waiter[i] = i < 16 ? USER : RUST_MUTEX;
	ok(!is_lock(WAIT_FUTEX, waiter, STACK(USER)), "what a program calls its outer functions is its own affair");
	waiter[15] = RUST_MUTEX;
	ok(is_lock(WAIT_FUTEX, waiter, STACK(USER)), "sixteen frames are looked at");
}

static void names_are_looked_at_once(void)
{
	struct snapshot_sample sample = {.kind = WAIT_FUTEX, .frames = STACK(USER, RUST_MUTEX), .depth = 2};
	uint8_t uses[NAMES] = {0};

	looked_up = 0;
	for (int i = 0; i < 3; i++)
		ok(futex_names_is_lock(NULL, &sample, uses), "a lock (%d)", i);
	is_u64(looked_up, 2, "each name was looked at once");
}

int main(void)
{
	without_names_the_word_tells();
	names_tell();
	the_first_name_tells();
	far_names_tell_nothing();
	names_are_looked_at_once();
	return done();
}
