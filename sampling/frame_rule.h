/* SPDX-License-Identifier: MIT */
/* frame_rule: what it takes to step over one frame, learned once per address and kept in a bounded table.
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

/* What a question to libunwind takes; tests/unit/frame_rule_test measures 4.2 KB at most. */
#define FRAME_RULE_LEARN_STACK_BYTES 4608

enum frame_rule_kind {
	FRAME_RULE_STEP,   /* caller's state as described by the other fields */
	FRAME_RULE_SIGNAL, /* a signal frame: the interrupted state lies in the ucontext on the stack */
	FRAME_RULE_END,    /* the outermost frame: no caller */
	FRAME_RULE_NONE,   /* no usable unwind information here */
};

/* One rule, decoded. CFA: the stack pointer before the call; return address at CFA - 8. */
struct frame_rule {
	enum frame_rule_kind kind;
	bool cfa_from_bp;   /* CFA = (bp or sp) + cfa_offset */
	bool cfa_is_loaded; /* CFA = the word at that address instead (realigned stacks) */
	bool bp_is_saved;   /* caller's bp is the word at CFA + bp_offset, else bp unchanged */
	bool bp_from_bp;    /* with bp_is_saved: at bp + bp_offset instead (realigned stacks) */
	int32_t cfa_offset; /* bytes; FRAME_RULE_CFA_BITS of them count */
	int32_t bp_offset;  /* bytes; FRAME_RULE_BP_BITS of them count */
	uint32_t module;    /* number of the object that the code belongs to (modules.h) */
};

/* The same in one word, which is never 0. From the lowest bit: kind, the four flags in the order above, bp_offset,
 * cfa_offset, and the module in the upper 16, where a stored frame has it too (frame.h). */
#define FRAME_RULE_KIND_MASK     UINT64_C(3)
#define FRAME_RULE_CFA_FROM_BP   (UINT64_C(1) << 2)
#define FRAME_RULE_CFA_IS_LOADED (UINT64_C(1) << 3)
#define FRAME_RULE_BP_IS_SAVED   (UINT64_C(1) << 4)
#define FRAME_RULE_BP_FROM_BP    (UINT64_C(1) << 5)
#define FRAME_RULE_BP_SHIFT      6
#define FRAME_RULE_BP_BITS       16
#define FRAME_RULE_CFA_SHIFT     (FRAME_RULE_BP_SHIFT + FRAME_RULE_BP_BITS)
#define FRAME_RULE_CFA_BITS      26
#define FRAME_RULE_MODULE_SHIFT  48

static inline enum frame_rule_kind frame_rule_kind(uint64_t word)
{
	return word & FRAME_RULE_KIND_MASK;
}

static inline int64_t frame_rule_cfa_offset(uint64_t word)
{
	return (int64_t)(word << (64 - FRAME_RULE_CFA_SHIFT - FRAME_RULE_CFA_BITS)) >> (64 - FRAME_RULE_CFA_BITS);
}

static inline int64_t frame_rule_bp_offset(uint64_t word)
{
	return (int64_t)(word << (64 - FRAME_RULE_BP_SHIFT - FRAME_RULE_BP_BITS)) >> (64 - FRAME_RULE_BP_BITS);
}

/* A rule that does not fit into a word becomes one of kind NONE. */
uint64_t frame_rule_pack(const struct frame_rule *rule);
struct frame_rule frame_rule_unpack(uint64_t word);

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
