/* SPDX-License-Identifier: MIT */
#include <stddef.h>

#include "frame_oracle.h"
#include "modules.h"
#include "object.h"

#include "frame_rule.h"

_Static_assert(sizeof(uint64_t[2]) * FRAME_RULES_WAYS == 64, "a set is one cache line");

static struct {
	struct frame_rules *rules;
	_Atomic uint64_t generation; /* upper 16 bits; never 0, so that zeroed memory holds no rule */
	_Atomic uint32_t victim;     /* which way a full set gives up next */
} frame_rules;

#define FRAME_RULES_GENERATION (UINT64_C(1) << 48)

void frame_rules_init(struct frame_rules *rules)
{
	frame_oracle_init();
	frame_rules.rules = rules;
	atomic_store_explicit(&frame_rules.generation, FRAME_RULES_GENERATION, memory_order_relaxed);
}

struct frame_rules_view frame_rules_view(void)
{
	/* Relaxed: whoever runs code that was loaded after a frame_rules_forget is ordered after it by the loader. */
	return (struct frame_rules_view){
		.rules = frame_rules.rules,
		.generation = atomic_load_explicit(&frame_rules.generation, memory_order_relaxed),
	};
}

/* The entry to put a rule of this set into: one without a rule of this generation, else each in turn. */
static unsigned frame_rules_choose(_Atomic uint64_t (*entry)[2], uint64_t generation)
{
	for (unsigned way = 0; way < FRAME_RULES_WAYS; way++) {
		uint64_t rule = atomic_load_explicit(&entry[way][1], memory_order_relaxed);
		uint64_t tie = atomic_load_explicit(&entry[way][0], memory_order_relaxed);

		if ((tie ^ rule * FRAME_RULES_HASH) >> FRAME_RULE_MODULE_SHIFT != generation >> FRAME_RULE_MODULE_SHIFT)
			return way;
	}
	return atomic_fetch_add_explicit(&frame_rules.victim, 1, memory_order_relaxed) % FRAME_RULES_WAYS;
}

static void frame_rules_remember(struct frame_rules_view view, uint64_t address, uint64_t rule)
{
	_Atomic uint64_t(*entry)[2] = view.rules->words + frame_rules_set(address);
	unsigned way = frame_rules_choose(entry, view.generation);
	uint64_t tie = (address | view.generation) ^ rule * FRAME_RULES_HASH;

	/* Both relaxed; partner: the loads of frame_rules_find. */
	atomic_store_explicit(&entry[way][1], rule, memory_order_relaxed);
	atomic_store_explicit(&entry[way][0], tie, memory_order_relaxed);
}

uint64_t frame_rules_learn(struct frame_rules_view view, uint64_t address)
{
	struct frame_rule rule = {.kind = FRAME_RULE_NONE};
	struct object object;
	uint64_t word;

	/* What no loader loaded is not remembered: a library may be loaded there, and nobody would tell. */
	if (!object_find(address, &object))
		return frame_rule_pack(&rule);
	rule = frame_oracle_ask(address, &object);
	rule.module = modules_find(address);
	word = frame_rule_pack(&rule);
	frame_rules_remember(view, address, word);
	return word;
}

void frame_rules_forget(void)
{
	/* Relaxed, see frame_rules_view. */
	uint64_t before =
		atomic_fetch_add_explicit(&frame_rules.generation, FRAME_RULES_GENERATION, memory_order_relaxed);

	if (before + FRAME_RULES_GENERATION >= FRAME_RULES_GENERATION)
		return;
	/* 65,535 generations are over: rules of the first one must not come back. */
	for (unsigned i = 0; i < FRAME_RULES_LIMIT; i++)
		atomic_store_explicit(&frame_rules.rules->words[i][1], 0, memory_order_relaxed);
	atomic_fetch_add_explicit(&frame_rules.generation, FRAME_RULES_GENERATION, memory_order_relaxed);
}
