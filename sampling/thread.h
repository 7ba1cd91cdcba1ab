/* SPDX-License-Identifier: MIT */
/* thread: what we know of one application thread; and the guard, without which nobody gets at it.
 *
 * Called from   application threads, signal handlers included. thread_enter is the only way to a record, so a function
 *               that takes `struct thread *self` proves by it that the guard is held.
 * Guard         a count in thread-local memory. Held around our own code only, never around a real call. A wrapper in a
 *               signal handler that interrupted our code gets NULL, passes through and is counted (LOSS_REENTERED).
 * Memory        records in the region, recycled when threads end; THREAD_WAITS nested waits each.
 * When full     thread_enter answers NULL for the new thread; LOSS_THREADS_FULL.
 * Fork          a child's first thread_enter finds the wipe-on-fork word gone and asks for a fresh region (thread_on_fork).
 * Thread-local  56 bytes, initial-exec.
 */
#ifndef CONTEND_THREAD_H
#define CONTEND_THREAD_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "lock_table.h"
#include "holds.h"
#include "overhead.h"
#include "pairs_parts.h"
#include "processor.h"
#include "random.h"
#include "sample_table.h"
#include "stack.h"
#include "waiters.h"
#include "wakers.h"

#define THREAD_EXTRA_FRAMES 16 /* room behind a stack for some of another one */

#define THREAD_NAME_BYTES 64 /* with its end */

#define THREAD_WAITS 4 /* a wait, and waits in signal handlers that interrupted it */

/* A wait in progress. It lives here and not on the stack because the real call may be left by longjmp, and so that others
 * can see it. */
struct thread_wait {
	struct waiter waiter; /* since_ticks: since when */
	struct wakers_place place;
	uint64_t
		frame_mark; /* of the wrapper (stack_origin.h): where it was called; tells an abandoned wait (longjmp) */
	uint64_t object;    /* address of what is waited for; 0: a descriptor, time, ... */
	uint64_t leaf_address;    /* of the function that was called */
	uint64_t rate_ticks;      /* block rate when it began; 0: the block profile was off */
	uint64_t threshold_ticks; /* it is dropped if it ends up shorter */
	/* Where its stack is, if it is known: the sample's unit in the table in the lower half, and in the upper one the wait's
	 * sequence: what was written for another wait says nothing of this one. Its owner writes it, or who makes a report. */
	_Atomic uint64_t stack;
	uint64_t held;              /* when locks that its thread holds were first charged (report/held_locks.c) */
	uint32_t sequence;          /* the record's, when the wait was written */
	int32_t file;               /* descriptor that it is about, -1: none, or FILE_IS_SOCKET */
	_Atomic uint32_t is_ending; /* set before its end is timed: what it adds up to may be in the tables or not */
	uint32_t kind;              /* enum wait_kind */
	uint32_t lock;              /* 1 + number in the lock table; 0: none, or what no release ends */
};

struct thread {
	_Atomic uint32_t tid;   /* 0: record is free. Claimed by compare-and-swap. */
	uint32_t wait_depth;    /* of waits, now; the owner's */
	uint32_t wait_sequence; /* grows before a wait is written: thread_wait_write */
	uint32_t frame_limit;   /* of frames */
	struct random random;
	struct stack_limits stack;
	struct overhead_meter meter;
	struct thread_wait waits[THREAD_WAITS];
	uint32_t labels;              /* a label set (labels.h); others read it */
	uint32_t labels_lost;         /* pushes that found no room, and lie on top of that set */
	char name[THREAD_NAME_BYTES]; /* that the program gave it through contend.h; "": none */
	struct holds holds;
	_Atomic uint64_t handoff_ticks; /* lock waiting that no release was charged with, of all owners so far */
	/* From call to return, by kind, of this owner's waits that are over. A wait in a signal handler that interrupted a
	 * wait is a part of that one. */
	uint64_t waited_ticks[WAIT_KIND_COUNT];
	struct lock_waits lock_waits;
	struct pairs pairs; /* of the last release that was kept */
	uint64_t frames[];  /* scratch for one stack, and THREAD_EXTRA_FRAMES */
};

struct thread_table {
	uint32_t stride_bytes;
	uint32_t offset;           /* of the first record from this struct, bytes */
	uint32_t limit;            /* records of address space */
	_Atomic uint32_t reserved; /* records whose memory is really there */
	_Atomic uint32_t used;     /* all that ever had an owner lie below this number: readers touch no more */
};

/* Once per process, before threads_init: the key that tells of ended threads, the page that tells of forks. */
void threads_startup(void);

/* The table of a new region, its records zeroed; the calling thread is the only one. depth: frames per stack. seed 0:
 * random. */
void threads_init(struct thread_table *table, uint32_t depth, uint64_t seed);

/* Bytes of one record for stacks of `depth` frames, and its extra room: whole cache lines. */
uint32_t thread_record_bytes(uint32_t depth);

/* More records may be used from now on. */
void threads_reserve(uint32_t records);

enum thread_guard { THREAD_GUARD_FREE, THREAD_GUARD_HELD, THREAD_GUARD_MUTE };

/* The thread's own words; thread.c's, but for the two functions below, which every measured call passes twice. */
struct stack_replays;

struct thread_own {
	struct thread *self;
	struct stack_replays *replays; /* for its record; NULL: none */
	struct stack_limits stack;
	uint32_t guard;
	uint32_t labels; /* as in the record, which a forked child has not: its thread goes on with these */
	uint32_t labels_lost;
	uint32_t hold_skip;    /* acquisitions to let pass before the next one whose hold is timed */
	bool hold_is_drawn;    /* hold_skip is */
	bool is_gone;          /* its record was given back: the last destructors run */
	bool is_counted;       /* among the threads that live */
	bool is_awaited;       /* its end will be noticed */
	bool labels_inherited; /* by threads that it creates */
};

_Static_assert(sizeof(struct thread_own) == 56, "as the contract says");

extern __thread struct thread_own thread_own __attribute__((visibility("hidden")));

/* Points to 1; the kernel makes it 0 in a forked child. */
extern _Atomic uint32_t *thread_fork_word __attribute__((visibility("hidden")));

/* What a call of the application is, for who counts it when it is lost. */
enum thread_call {
	THREAD_CALL_WAIT,
	THREAD_CALL_RELEASE, /* or a wake */
	THREAD_CALL_HOLD,    /* a timed acquisition */
	THREAD_CALL_LOOK,    /* nothing is lost with it */
};

struct thread *thread_enter_refused(enum thread_call call);
struct thread *thread_enter_slow(enum thread_call call);

/* Enters the guard. NULL: pass through, do nothing (counted where that is a loss). */
static inline struct thread *thread_enter_for(enum thread_call call)
{
	struct thread *self = thread_own.self;

	if (__builtin_expect(thread_own.guard != THREAD_GUARD_FREE, 0))
		return thread_enter_refused(call);
	thread_own.guard = THREAD_GUARD_HELD;
	atomic_signal_fence(memory_order_seq_cst);
	if (__builtin_expect(!self || atomic_load_explicit(thread_fork_word, memory_order_relaxed) == 0, 0))
		return thread_enter_slow(call);
	overhead_enter(&self->meter);
	return self;
}

static inline struct thread *thread_enter(void)
{
	return thread_enter_for(THREAD_CALL_WAIT);
}

/* Leaves the guard. */
static inline void thread_leave(struct thread *self)
{
	overhead_leave(&self->meter);
	atomic_signal_fence(memory_order_seq_cst);
	thread_own.guard = THREAD_GUARD_FREE;
}

/* The calling thread works for us from here on: its calls pass through and are no loss. Returns what thread_unmute needs
 * to undo it. */
uint32_t thread_mute(void);
void thread_unmute(uint32_t before);

/* Remembers where the calling thread's stack lies. No guard needed. */
void thread_set_stack(struct stack_limits limits);

/* A thread of the application is about to be created; or could not be. Threads are counted from the first of these on. */
void thread_announce(void);
void thread_retract(void);

/* The calling thread is one that was announced: its end will be noticed. */
void thread_begin(struct stack_limits limits);

/* Called by the last thread of the application when it ends, in its last destructor. With it gone, libc ends the process,
 * unless a thread of ours is left. */
extern void (*thread_on_last_end)(void);

/* Can the ends of threads be noticed? Else thread_on_last_end is never called. */
bool thread_ends_are_seen(void);

/* The calling thread's kernel id as libc knows it, without a system call; 0 when that cannot be had. */
uint32_t thread_tid(void);

/* Has a thread that may be joined ended, so that a join need not wait? False where that cannot be had. */
bool thread_has_ended(pthread_t thread);

/* Called in a child that was forked since the last thread_enter, by the thread itself, before anything is recorded.
 * Must ready a fresh region, or answer false to stay off. May be called in a signal handler. */
extern bool (*thread_on_fork)(void);

/* Waits of a record are seen by readers in other processes, who take no lock. Before one is written the sequence grows, and
 * wait_depth tells of it when it is whole. So what lies below wait_depth was true at one instant if the same sequence was
 * read before and after it (thread_look.h). Stores in this order are all that it takes. */
static inline void thread_wait_write(struct thread *self)
{
	__atomic_store_n(&self->wait_sequence, self->wait_sequence + 1, __ATOMIC_RELEASE);
	processor_order_stores();
}

static inline void thread_wait_publish(struct thread *self, uint32_t depth)
{
	__atomic_store_n(&self->wait_depth, depth, __ATOMIC_RELEASE);
}

/* The table that records are taken from. */
const struct thread_table *thread_table_mine(void);

/* From here on the wait is about to end: readers who have not seen it leave it alone (shown.h). */
static inline void thread_wait_mark_ending(struct thread_wait *wait)
{
	atomic_store_explicit(&wait->is_ending, 1, memory_order_relaxed);
	processor_order_stores();
}

/* The unit of the sample with its stack; 0: not known. */
static inline uint32_t thread_wait_unit(const struct thread_wait *wait)
{
	uint64_t stack = atomic_load_explicit(&wait->stack, memory_order_acquire); /* pairs with who wrote it */

	return stack >> 32 == wait->sequence ? (uint32_t)stack : 0;
}

static inline uint64_t thread_wait_stack(uint32_t sequence, uint32_t unit)
{
	return (uint64_t)sequence << 32 | unit;
}

/* Record number `index` of a table, for readers. */
static inline struct thread *thread_table_at(const struct thread_table *table, uint32_t index)
{
	return (struct thread *)((char *)table + table->offset + (uint64_t)index * table->stride_bytes);
}

static inline uint32_t thread_table_index(const struct thread_table *table, const struct thread *record)
{
	return ((const char *)record - (const char *)table - table->offset) / table->stride_bytes;
}

#endif
