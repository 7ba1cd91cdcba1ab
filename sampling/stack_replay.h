/* SPDX-License-Identifier: MIT */
/* stack_replay: the last stacks of a thread, each with the words that its walk read. A walk follows from where it begins, from the rules
 * of its frames and from these words: while all are the same so is the stack, and need not be walked. Threads wait where they have
 * waited before; and the words of one walk lie side by side, in cache lines that are fetched together, which the rules do not.
 *
 * Called from   the thread itself, guard held, signal handlers included; no allocation, lock, system call.
 * Memory        two pages for each thread that records, private, of a mapping that is made once, and as many as such threads at a
 *               time; of shallow stacks only the first is touched. Threads beyond STACK_REPLAY_THREADS, and all of them where it cannot
 *               be had, have none: they walk.
 * Kept          STACK_REPLAYS stacks with one way up and an end, inside known limits, half a MiB of them at most, whose walks read at
 *               most STACK_REPLAY_LOG_WORDS words; and of these the last that have room for their words together (STACK_REPLAY_WORDS).
 * Unloading     changes the generation of the rules, which is part of what must be the same.
 */
#ifndef CONTEND_STACK_REPLAY_H
#define CONTEND_STACK_REPLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "stack.h"

#define STACK_REPLAY_THREADS   4096 /* at a time */
#define STACK_REPLAY_LOG_WORDS 256
#define STACK_REPLAYS          16 /* of a thread: event loops wait in five or six places, backends of databases in a dozen */

struct stack_replay {
	uint64_t generation; /* of the rules, and of the sample table */
	struct stack_origin origin;
	struct stack_limits limits;
	uint64_t leaf_address;
	uint32_t unit; /* of a sample whose first `depth` frames are this stack; 0: nothing is kept here */
	uint32_t depth;
	uint64_t begin; /* of its log */
	struct stack_log log;
};

/* For so many threads, or as many as there may be; nobody has one. Again in a forked child, whose samples are others. */
void stack_replays_init(uint32_t threads);

#define STACK_REPLAY_BYTES 8192
#define STACK_REPLAY_WORDS                                                                                             \
	((STACK_REPLAY_BYTES - STACK_REPLAYS * (sizeof(struct stack_replay) + sizeof(uint32_t)) -                      \
	  3 * sizeof(uint64_t)) /                                                                                      \
	 (sizeof(uint64_t) + sizeof(uint16_t)))

/* What a thread keeps. A key is a hash of where the stack begins. Words are written round and round, each log in one piece; they are
 * numbered from the first that was ever written, so that a log knows whether others have been written over it. */
struct stack_replays {
	uint32_t keys[STACK_REPLAYS];
	uint64_t next;    /* how many were kept */
	uint64_t kept;    /* where the next log may begin */
	uint64_t written; /* up to there others are overwritten */
	struct stack_replay places[STACK_REPLAYS];
	uint16_t offsets[STACK_REPLAY_WORDS];
	uint64_t words[STACK_REPLAY_WORDS];
};

/* For a thread that begins to record, NULL: there is none left; and when it ends. Others' stacks may be in it, which do no harm. */
struct stack_replays *stack_replays_claim(void);
void stack_replays_give_back(struct stack_replays *replays);

/* Where that stack is kept; NULL: nowhere. replays may be NULL. */
struct stack_replay *stack_replay_find(struct stack_replays *replays, struct stack_origin origin,
				       struct stack_limits limits, uint64_t leaf_address);

/* It will be walked: where it may be kept then, and what it reads be noted; NULL: nowhere. */
struct stack_replay *stack_replay_begin(struct stack_replays *replays, struct stack_origin origin,
					struct stack_limits limits, uint64_t leaf_address);

/* It was walked. Before anything else is asked of replays. */
void stack_replay_end(struct stack_replays *replays, const struct stack_replay *place);

/* After that, or if it is kept: it is in the first `depth` frames of that sample. */
void stack_replay_keep(struct stack_replays *replays, struct stack_replay *place, uint32_t unit, unsigned depth);

#endif
