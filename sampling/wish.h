/* SPDX-License-Identifier: MIT */
/* wish: what is asked of this process from outside, by words in the header of its region.
 *
 * Called from   the helper thread, which sleeps until somebody wishes; in a process without one its application threads (guard held)
 *               whenever a wait takes the slow path, and the handler of the dump signal. Askers: report/ask.h.
 * Fails never   what makes no sense is not done. A wish that was replaced by a newer one is not granted by itself: askers repeat in
 *               theirs what was still open.
 * Concurrency   one asker at a time (they exclude each other), any number of threads that grant: one of them gets the wish.
 */
#ifndef CONTEND_WISH_H
#define CONTEND_WISH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* What can be wished for; bits. */
enum wish_kind {
#define WISH(identifier, words) identifier##_NUMBER,
#include "wishes.def"
#undef WISH
	WISH_COUNT,
#define WISH(identifier, words) identifier = 1 << identifier##_NUMBER,
#include "wishes.def"
#undef WISH
};

/* In the region. Askers write the first group, the number last; the process the second. */
struct wish_words {
	_Alignas(64) _Atomic uint32_t number; /* grows by 2 with each wish; odd while one is written */
	_Atomic uint32_t wanted;
	_Atomic uint32_t fraction;
	uint32_t unused;
	_Atomic int64_t block_rate_ns;

	_Atomic uint32_t has_helper; /* 1: there is a thread that may wake up; wishes are left to it */
	_Atomic uint32_t granted;    /* what was done of the last wish */
	_Atomic uint32_t answered;   /* its number; a futex on which askers sleep */
	_Atomic uint32_t
		wakes; /* a futex on which the helper thread sleeps; changes when its own process has work for it */
};

/* A copy of one, whole. */
struct wish {
	uint32_t number;
	uint32_t wanted;
	int32_t fraction;
	int64_t block_rate_ns;
};

/* This process's words; some of no region before it has one. */
extern struct wish_words *wish_words __attribute__((visibility("hidden")));

/* words: zeroed memory of the region; NULL: there is none, and what is in the one before is not touched any more. Only while no other
 * thread is inside. */
void wish_init(struct wish_words *words);

/* Is there a helper thread that may wake up? Then wishes are left to it. */
void wish_set_helper(bool exists);

/* One look. */
static inline bool wish_is_pending(void)
{
	return atomic_load_explicit(&wish_words->number, memory_order_relaxed) !=
	       atomic_load_explicit(&wish_words->answered, memory_order_relaxed);
}

/* The wish that nobody has taken so far: true, and the caller is to grant and to answer it. */
bool wish_take(struct wish *out_wish);

/* Grants what concerns the knobs; returns that part of wish->wanted. */
uint32_t wish_set_knobs(const struct wish *wish);

/* The wish was seen to: `granted` of it was done. Nobody is woken. */
void wish_answer(const struct wish *wish, uint32_t granted);

/* Out of the way: takes, grants and answers, if there is no helper; true if it was a wish that came with a signal of its own. */
bool wish_grant_here(void);

#endif
