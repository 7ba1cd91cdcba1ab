/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

#include "clock.h"
#include "config.h"
#include "kernel.h"
#include "libc_layout.h"
#include "libc_versions.h"
#include "losses.h"
#include "shown.h"
#include "stack_replay.h"
#include "thread.h"

/* libc hands out its first 32 keys without allocating; a later one would cost the application an allocation a thread. */
enum { KEYS_WITHOUT_ALLOCATION = 32 };

static struct {
	struct thread_table *table;
	uint32_t depth;
	uint64_t seed;
	_Atomic uint32_t hint;   /* where a free record may be */
	_Atomic uint32_t live;   /* threads of the application, as far as they were announced */
	bool descriptor_has_tid; /* where it was looked for */
	bool key_is_usable;
	pthread_key_t key;
} threads;

bool (*thread_on_fork)(void);
void (*thread_on_last_end)(void);

__thread struct thread_own thread_own;
_Atomic uint32_t *thread_fork_word;

uint32_t thread_record_bytes(uint32_t depth)
{
	uint32_t bytes = sizeof(struct thread) + (depth + THREAD_EXTRA_FRAMES) * sizeof(uint64_t);

	return (bytes + 63) & ~63u;
}

uint32_t thread_tid(void)
{
	if (!threads.descriptor_has_tid)
		return 0;
	return *(const uint32_t *)((const char *)pthread_self() + LIBC_DESCRIPTOR_TID_BYTES);
}

/* The kernel clears the tid when the thread is gone. */
bool thread_has_ended(pthread_t thread)
{
	const uint32_t *tid = (const uint32_t *)((const char *)thread + LIBC_DESCRIPTOR_TID_BYTES);

	return threads.descriptor_has_tid && __atomic_load_n(tid, __ATOMIC_RELAXED) == 0;
}

static void give_record_back(void)
{
	struct thread *self = thread_own.self;

	thread_own.self = NULL;
	if (!self)
		return;
	while (self->wait_depth > 0) { /* left by longjmp or asynchronous cancellation */
		struct thread_wait *wait = &self->waits[self->wait_depth - 1];

		losses_add(LOSS_ABANDONED);
		thread_wait_mark_ending(wait);
		waiters_depart(&wait->waiter, 0);
		wakers_depart(&wait->place, false);
		shown_keep(wait);
		thread_wait_publish(self, self->wait_depth - 1);
	}
	lock_table_settle(&self->lock_waits);
	holds_leave(&self->holds);
	self->holds.skip = thread_own.hold_skip;
	memset(self->waited_ticks, 0, sizeof(self->waited_ticks));
	self->labels = self->labels_lost = 0;
	thread_own.labels = thread_own.labels_lost = 0;
	thread_own.labels_inherited = false;
	self->name[0] = '\0';
	stack_replays_give_back(thread_own.replays);
	thread_own.replays = NULL;
	atomic_store_explicit(&threads.hint, thread_table_index(threads.table, self), memory_order_relaxed);
	atomic_store_explicit(&self->tid, 0, memory_order_release); /* pairs with claim_record */
}

/* A destructor can take locks, and one that arms itself again runs after ours: stay until libc's last round. */
static void thread_ends(void *round)
{
	uintptr_t rounds_seen = (uintptr_t)round;

	if (rounds_seen < PTHREAD_DESTRUCTOR_ITERATIONS) {
		pthread_setspecific(threads.key, (void *)(rounds_seen + 1));
		return;
	}
	thread_own.is_gone = true;
	give_record_back();
	if (thread_own.is_counted && atomic_fetch_sub_explicit(&threads.live, 1, memory_order_acq_rel) == 1 &&
	    thread_on_last_end)
		thread_on_last_end();
}

void thread_announce(void)
{
	atomic_fetch_add_explicit(&threads.live, 1, memory_order_relaxed);
}

void thread_retract(void)
{
	atomic_fetch_sub_explicit(&threads.live, 1, memory_order_relaxed);
}

bool thread_ends_are_seen(void)
{
	return threads.key_is_usable;
}

/* Sees to it that thread_ends is called. Once: it counts its rounds in the key's value. */
static void await_end(void)
{
	if (!threads.key_is_usable || thread_own.is_awaited)
		return;
	thread_own.is_awaited = true;
	pthread_setspecific(threads.key, (void *)1);
}

void thread_begin(struct stack_limits limits)
{
	thread_set_stack(limits);
	thread_own.is_counted = true;
	await_end();
}

/* One page that only the process itself sees as written; without MADV_WIPEONFORK a word that forks are not seen by,
 * which the fork handler then makes up for. */
static _Atomic uint32_t *fork_word_new(void)
{
	static _Atomic uint32_t unwiped;
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return &unwiped;
	if (madvise(page, 4096, MADV_WIPEONFORK) == 0)
		return page;
	munmap(page, 4096);
	return &unwiped;
}

void threads_startup(void)
{
	const uint32_t *descriptor = (const uint32_t *)((const char *)pthread_self() + LIBC_DESCRIPTOR_TID_BYTES);

	threads.descriptor_has_tid = *descriptor == (uint32_t)KERNEL_CALL(gettid);
	thread_fork_word = fork_word_new();
	threads.key_is_usable =
		pthread_key_create(&threads.key, thread_ends) == 0 && threads.key < KEYS_WITHOUT_ALLOCATION;
}

void threads_init(struct thread_table *table, uint32_t depth, uint64_t seed)
{
	threads.depth = depth;
	threads.seed = seed;
	if (seed == 0 && KERNEL_CALL(getrandom, &threads.seed, sizeof(threads.seed), GRND_NONBLOCK) < 0)
		threads.seed = clock_now_ticks();
	atomic_store_explicit(&threads.hint, 0, memory_order_relaxed);
	thread_own.self = NULL;
	atomic_store_explicit(&threads.live, thread_own.is_counted, memory_order_relaxed);
	threads.table = table;
	stack_replays_init(table->limit);
	if (thread_fork_word)
		atomic_store_explicit(thread_fork_word, 1, memory_order_relaxed);
}

const struct thread_table *thread_table_mine(void)
{
	return threads.table;
}

void threads_reserve(uint32_t records)
{
	atomic_store_explicit(&threads.table->reserved, records, memory_order_relaxed);
}

static void raise_used(uint32_t count)
{
	uint32_t used = atomic_load_explicit(&threads.table->used, memory_order_relaxed);

	while (used < count && !atomic_compare_exchange_weak_explicit(&threads.table->used, &used, count,
								      memory_order_relaxed, memory_order_relaxed))
		;
}

/* Two generators, so that what is timed has no influence on what is kept. */
static void seed_record(struct thread *record, uint32_t index)
{
	random_seed(&record->random, threads.seed, index);
	if (config.hold_rate)
		record->holds.skip = holds_draw(&record->holds, &record->random, (uint32_t)config.hold_rate);
	overhead_meter_init(&record->meter, threads.seed, threads.table->limit + index);
}

/* Looks first where a record was given back last, so that few are ever touched. */
static struct thread *claim_record(uint32_t tid)
{
	uint32_t count = atomic_load_explicit(&threads.table->reserved, memory_order_relaxed);
	uint32_t hint = atomic_load_explicit(&threads.hint, memory_order_relaxed);

	for (uint32_t i = 0; i < count; i++) {
		uint32_t index = (hint + i) % count;
		struct thread *record = thread_table_at(threads.table, index);
		uint32_t unowned = 0;

		if (atomic_load_explicit(&record->tid, memory_order_relaxed) == 0 &&
		    atomic_compare_exchange_strong_explicit(&record->tid, &unowned, tid, memory_order_acquire,
							    memory_order_relaxed)) {
			atomic_store_explicit(&threads.hint, index + 1, memory_order_relaxed);
			raise_used(index + 1);
			/* A recycled record goes on where it was: the same numbers for every short thread would be
			 * no sampling. */
			if (record->random.state == 0)
				seed_record(record, index);
			return record;
		}
	}
	return NULL;
}

static void lose(enum loss loss, enum thread_call call)
{
	enum { OF_RELEASES = LOSS_REENTERED_RELEASES - LOSS_REENTERED };

	_Static_assert(LOSS_THREADS_FULL_RELEASES == LOSS_THREADS_FULL + OF_RELEASES &&
			       LOSS_THREAD_GONE_RELEASES == LOSS_THREAD_GONE + OF_RELEASES,
		       "losses.def has pairs");
	if (call == THREAD_CALL_HOLD)
		holds_lose(LOSS_HOLDS_REFUSED);
	else if (call != THREAD_CALL_LOOK)
		losses_add(call == THREAD_CALL_WAIT ? loss : loss + OF_RELEASES);
}

/* Acquisitions of short threads, one after the other, are counted like those of a long one. */
static void take_over_skip(void)
{
	if (!thread_own.hold_is_drawn)
		thread_own.hold_skip = thread_own.self->holds.skip;
	thread_own.hold_is_drawn = true;
}

/* The thread's first measured call, or one after a fork. */
static struct thread *find_self(enum thread_call call)
{
	if (!threads.table)
		return NULL;
	if (atomic_load_explicit(thread_fork_word, memory_order_relaxed) == 0 && !thread_on_fork()) {
		threads.table = NULL; /* it is the parent's */
		return NULL;
	}
	if (thread_own.is_gone) {
		lose(LOSS_THREAD_GONE, call);
		return NULL;
	}
	if (!thread_own.self) {
		uint32_t tid = thread_tid();

		thread_own.self = claim_record(tid ? tid : UINT32_MAX);
		if (!thread_own.self) {
			lose(LOSS_THREADS_FULL, call);
			return NULL;
		}
		thread_own.replays = stack_replays_claim();
		thread_own.self->stack = thread_own.stack;
		thread_own.self->wait_depth = 0;
		overhead_meter_take_over(&thread_own.self->meter);
		thread_own.self->frame_limit = threads.depth;
		thread_own.self->labels = thread_own.labels;
		thread_own.self->labels_lost = thread_own.labels_lost;
		take_over_skip();
		await_end();
	}
	return thread_own.self;
}

struct thread *thread_enter_refused(enum thread_call call)
{
	if (thread_own.guard == THREAD_GUARD_HELD)
		lose(LOSS_REENTERED, call);
	return NULL;
}

struct thread *thread_enter_slow(enum thread_call call)
{
	struct thread *self = find_self(call);

	if (self)
		overhead_enter(&self->meter);
	else
		thread_own.guard = THREAD_GUARD_FREE;
	return self;
}

uint32_t thread_mute(void)
{
	uint32_t before = thread_own.guard;

	thread_own.guard = THREAD_GUARD_MUTE;
	return before;
}

void thread_unmute(uint32_t before)
{
	thread_own.guard = before;
}

void thread_set_stack(struct stack_limits limits)
{
	thread_own.stack = limits;
	if (thread_own.self)
		thread_own.self->stack = limits;
}
