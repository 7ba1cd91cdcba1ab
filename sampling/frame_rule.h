/* SPDX-License-Identifier: MIT */
/* frame_rule: what it takes to step over one frame, learned once per address and kept in a bounded table.
 *
 * Frames differ between architectures: frame_rule_here.h, frame_rule_word.c and frame_step_here.h have what a rule says there.
 *
 * libunwind's remote half is asked once per address, over a symbolic state (frame_oracle.h): it tells where the
 * caller's stack pointer, frame pointer and return address are, relative to ours, and touches no real stack. The
 * answers go into one process-wide table, each packed into a word; a warm step is a look-up, two additions, two loads.
 *
 * Called from   application threads, guard held, signal handlers included; no allocation, lock, system call.
 * Memory        FRAME_RULES_LIMIT rules of 16 bytes in the region; a full set replaces one of its four rules.
 * Concurrency   lock-free: an entry is two words, the rule and the key xor a hash of it; a torn pair matches no key.
 * Unloading     frame_rules_forget, after a dlclose, makes every rule learned so far unknown (the key holds a
 *               generation). Code that another thread loads in the same place before that may be stepped over by the
 *               old rule: a wrong or shorter stack, never a fault.
 */
#ifndef CONTEND_FRAME_RULE_H
#define CONTEND_FRAME_RULE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define FRAME_RULES_LIMIT 16384 /* rules; a power of two */
#define FRAME_RULES_WAYS  4     /* rules in a set, one cache line */

enum frame_rule_kind {
	FRAME_RULE_STEP,   /* caller's state as described by the other fields */
	FRAME_RULE_SIGNAL, /* a signal frame: the interrupted state lies in the ucontext on the stack */
	FRAME_RULE_END,    /* the outermost frame: no caller */
	FRAME_RULE_NONE,   /* no usable unwind information here */
};

/* One rule, decoded, and the same in one word, which is never 0: kind in the lowest bits, the module in the upper 16, where a stored
 * frame has it too (frame.h); between them what frames of this architecture need. */
#define FRAME_RULE_KIND_MASK    UINT64_C(3)
#define FRAME_RULE_MODULE_SHIFT 48

static inline enum frame_rule_kind frame_rule_kind(uint64_t word)
{
	return word & FRAME_RULE_KIND_MASK;
}

/* The lowest bits of a signed value, moved to their place. */
static inline uint64_t frame_rule_bits(int64_t value, unsigned bits, unsigned shift)
{
	return ((uint64_t)value & ((UINT64_C(1) << bits) - 1)) << shift;
}

/* And back. */
static inline int64_t frame_rule_value(uint64_t word, unsigned bits, unsigned shift)
{
	return (int64_t)(word << (64 - shift - bits)) >> (64 - bits);
}

/* Does the value fit into so many bits? */
static inline bool frame_rule_fits(int64_t value, unsigned bits)
{
	return value >= -(INT64_C(1) << (bits - 1)) && value < INT64_C(1) << (bits - 1);
}

#include "frame_rule_here.h"

/* A rule that does not fit into a word becomes one of kind NONE. */
uint64_t frame_rule_pack(const struct frame_rule *rule);
struct frame_rule frame_rule_unpack(uint64_t word);

/* Could it have been made by frame_rule_pack from what frame_oracle_ask answers? */
bool frame_rule_is_possible(uint64_t word);

struct frame_rules {
	_Alignas(64) _Atomic uint64_t words[FRAME_RULES_LIMIT][2]; /* key xor hash of the rule; the rule */
};

/* The table and the generation of its rules, taken once per walk. */
struct frame_rules_view {
	struct frame_rules *rules;
	uint64_t generation; /* in the upper 16 bits */
};

/* Odd, and without structure: what differs little before the multiplication differs much after it. */
#define FRAME_RULES_HASH UINT64_C(0x9e3779b97f4a7c15)

static inline uint64_t frame_rules_set(uint64_t address)
{
	return (address ^ address >> 12) % (FRAME_RULES_LIMIT / FRAME_RULES_WAYS) * FRAME_RULES_WAYS;
}

/* The rule for `address`, packed; 0 if it is not known. */
static inline uint64_t frame_rules_find(struct frame_rules_view view, uint64_t address)
{
	_Atomic uint64_t(*entry)[2] = view.rules->words + frame_rules_set(address);
	uint64_t key = address | view.generation;

	for (unsigned way = 0; way < FRAME_RULES_WAYS; way++) {
		/* Both relaxed: the hash ties the words together, whichever stores they come from. */
		uint64_t rule = atomic_load_explicit(&entry[way][1], memory_order_relaxed);
		uint64_t tie = atomic_load_explicit(&entry[way][0], memory_order_relaxed);

		if ((tie ^ rule * FRAME_RULES_HASH) == key)
			return rule;
	}
	return 0;
}

/* rules: zeroed memory of the region. Readies libunwind. Only while no other thread can be inside. */
void frame_rules_init(struct frame_rules *rules);

struct frame_rules_view frame_rules_view(void);

/* Learns the rule for `address` (kind NONE if there is none), remembers and returns it, packed.
 * Needs FRAME_RULE_LEARN_STACK_BYTES of the caller's stack. The code at `address` must stay loaded during the call. */
uint64_t frame_rules_learn(struct frame_rules_view view, uint64_t address);

/* Makes all rules unknown: code may have been unloaded. */
void frame_rules_forget(void);

#endif
