/* SPDX-License-Identifier: MIT */
/* Goal: the rule for an address is what its call frame information says, or NONE; wild information does no harm; and
 * the table never answers with a rule that is not the address's own, whatever happens at the same time. */
#include <dlfcn.h>
#include <gnu/libc-version.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "frame_oracle.h"
#include "frame_rule.h"
#include "losses.h"
#include "modules.h"
#include "object.h"

enum {
	STACK_PAINT_BYTES = 16384,
	MANY = 20000,
	HAMMER_THREADS = 4,
	HAMMER_ADDRESSES = 64,
	HAMMER_ROUNDS = 20000,
};

static struct frame_rules table;
static struct modules modules;
static struct losses losses;

#include "frame_shapes.h"

#define DECLARE(label, ...) extern const char label[];
EXPECTATIONS(DECLARE)

static const struct {
	const char *name;
	const char *code;
	struct frame_rule rule;
} expectations[] = {
#define EXPECT(label, ...) {#label, label, __VA_ARGS__},
	EXPECTATIONS(EXPECT)};

enum {
	EXPECTATION_COUNT = sizeof(expectations) / sizeof(expectations[0]),
};

static uint64_t learn(const void *code)
{
	return frame_rules_learn(frame_rules_view(), (uint64_t)code);
}

static uint64_t find(const void *code)
{
	return frame_rules_find(frame_rules_view(), (uint64_t)code);
}

static void check_expectations(void)
{
	for (unsigned i = 0; i < EXPECTATION_COUNT; i++) {
		struct frame_rule expected = expectations[i].rule;

		expected.module = modules_find((uint64_t)expectations[i].code);
		is_u64(learn(expectations[i].code), frame_rule_pack(&expected), "%s: the rule", expectations[i].name);
		is_u64(find(expectations[i].code), frame_rule_pack(&expected), "%s: remembered", expectations[i].name);
	}
}

static void check_no_object(void)
{
	char code[64];

	is_u64(learn(code), FRAME_RULE_NONE, "code on the stack has no rule");
	is_u64(find(code), 0, "and none is remembered: a library may be loaded there");
	is_u64(learn(NULL), FRAME_RULE_NONE, "nor has address 0");
}

/* The code of libc that has call frame information, and what lies between. */
struct text {
	const char *start;
	uint64_t bytes;
};

static struct text find_text(void)
{
	struct object libc;
	struct object_unwind_index index;
	const int32_t(*entries)[2];

	if (!object_find((uint64_t)gnu_get_libc_version, &libc) || !object_find_unwind_index(&libc, &index))
		return (struct text){NULL, 0};
	entries = (const int32_t(*)[2])index.entries;
	return (struct text){.start = (const char *)index.base + entries[0][0],
			     .bytes = (uint64_t)(entries[index.bytes / sizeof(*entries) - 1][0] - entries[0][0])};
}

/* Every address of the set is asked for again: what is known must be what libunwind says. */
static void check_many(struct text libc)
{
	unsigned known = 0, right = 0, usable = 0;
	uint64_t step = libc.bytes / MANY;

	for (unsigned i = 0; i < MANY; i++)
		usable += frame_rule_kind(learn(libc.start + i * step)) != FRAME_RULE_NONE;
	for (unsigned i = 0; i < MANY; i++) {
		const char *code = libc.start + i * step;
		uint64_t rule = find(code);

		known += rule != 0;
		right += rule != 0 && rule == learn(code);
	}
	ok(usable > MANY * 9 / 10, "%u of %u addresses in libc have a rule", usable, MANY);
	ok(known > FRAME_RULES_LIMIT / 2 && known <= FRAME_RULES_LIMIT, "%u of %u rules still known", known, MANY);
	is_u64(right, known, "each the right one");
}

static void check_forgetting(void)
{
	learn(shape_entry);
	ok(find(shape_entry) != 0, "known before");
	frame_rules_forget();
	is_u64(find(shape_entry), 0, "forgotten");
	learn(shape_entry);
	for (unsigned i = 0; i < 65535; i++)
		frame_rules_forget();
	is_u64(find(shape_entry), 0, "and it does not come back when the generations begin again");
	ok(learn(shape_entry) != 0 && find(shape_entry) != 0, "learned again");
}

/* Threads learn and look up the same few sets while one forgets all the time. */
static struct {
	const char *code[HAMMER_ADDRESSES];
	uint64_t rules[HAMMER_ADDRESSES];
	_Atomic unsigned wrong;
	_Atomic unsigned found;
} hammer;

static void hammer_thread(unsigned number, void *argument)
{
	unsigned draw = number;

	(void)argument;
	for (unsigned round = 0; round < HAMMER_ROUNDS; round++) {
		struct frame_rules_view view = frame_rules_view();
		unsigned i = (draw = draw * 1103515245 + 12345) >> 16 & (HAMMER_ADDRESSES - 1);
		uint64_t rule = frame_rules_find(view, (uint64_t)hammer.code[i]);

		if (number == 0 && round % 64 == 0)
			frame_rules_forget();
		if (rule)
			atomic_fetch_add_explicit(&hammer.found, 1, memory_order_relaxed);
		else
			rule = frame_rules_learn(view, (uint64_t)hammer.code[i]);
		if (rule != hammer.rules[i])
			atomic_fetch_add_explicit(&hammer.wrong, 1, memory_order_relaxed);
	}
}

/* Addresses that fall into the same eight sets: twice what these hold. */
static void check_hammer(struct text libc)
{
	unsigned count = 0;

	for (uint64_t i = 0; i < libc.bytes && count < HAMMER_ADDRESSES; i++)
		if (frame_rules_set((uint64_t)libc.start + i) / FRAME_RULES_WAYS < 8) {
			hammer.code[count] = libc.start + i;
			hammer.rules[count++] = learn(libc.start + i);
		}
	is_u64(count, HAMMER_ADDRESSES, "addresses of eight sets");
	t_run(HAMMER_THREADS, hammer_thread, NULL);
	ok(hammer.found > HAMMER_ROUNDS / 10, "%u rules were found", hammer.found);
	is_u64(hammer.wrong, 0, "none of them was another's");
}

static void check_odd_places_of_libc(struct text libc)
{
	unsigned asked = 0;

	for (uint64_t i = 0; i < libc.bytes; i += 61, asked++)
		learn(libc.start + i);
	ok(asked > 1000, "%u addresses anywhere in libc were asked for", asked);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
/* How far down the stack a question reaches. */
static __attribute__((noinline)) uint64_t measure_learning(const void *code)
{
	volatile char *top = (volatile char *)__builtin_frame_address(0) - 256;
	uint64_t untouched = 0;

	for (unsigned i = 1; i <= STACK_PAINT_BYTES; i++)
		top[-(int)i] = 0x5a;
	learn(code);
	while (untouched < STACK_PAINT_BYTES && top[(int)untouched - STACK_PAINT_BYTES] == 0x5a)
		untouched++;
	return STACK_PAINT_BYTES - untouched + 256;
}

static void check_stack_need(struct text libc)
{
	uint64_t most = 0;

	for (unsigned i = 0; i < EXPECTATION_COUNT + 200; i++) {
		const char *in_libc = libc.start + libc.bytes / 200 * (i - EXPECTATION_COUNT);
		uint64_t bytes = measure_learning(i < EXPECTATION_COUNT ? expectations[i].code : in_libc);

		most = bytes > most ? bytes : most;
	}
	ok(most <= FRAME_RULE_LEARN_STACK_BYTES, "a question needs %lu of %u bytes of stack", most,
	   (unsigned)FRAME_RULE_LEARN_STACK_BYTES);
	ok(most > FRAME_RULE_LEARN_STACK_BYTES / 2, "which is not far more than needed");
}
#else
static void check_stack_need(struct text libc)
{
	(void)libc;
	skip(2, "a sanitizer needs stack of its own");
}
#endif

int main(void)
{
	struct text libc;

	losses_init(&losses);
	object_init(_dl_find_object);
	modules_init(&modules, "/program");
	frame_rules_init(&table);
	libc = find_text();
	check_packing();
	check_expectations();
	check_no_object();
	check_many(libc);
	check_forgetting();
	check_hammer(libc);
	check_odd_places_of_libc(libc);
	check_stack_need(libc);
	return done();
}
