/* SPDX-License-Identifier: MIT */
/* Goal: the rule for an address is what its call frame information says, or NONE; wild information does no harm; and
 * the table never answers with a rule that is not the address's own, whatever happens at the same time. */
#include <dlfcn.h>
#include <link.h>
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

/* clang-format off */
/* Code whose call frame information is written by hand: one label for each place that is asked about. */
#define SHAPE(name, ...) "shape_" #name ":\n.cfi_startproc\nnop\n" __VA_ARGS__ "nop\nnop\n.cfi_endproc\n"
#define EXPRESSION(bytes) ".cfi_escape 0x0f," bytes "\n" /* DW_CFA_def_cfa_expression: length, operations */
__asm__(".text\n"
	SHAPE(entry)
	SHAPE(grown, ".cfi_def_cfa_offset 32\nlabel_grown:\n")
	SHAPE(pushed, ".cfi_def_cfa_offset 16\n.cfi_offset 6,-16\nlabel_pushed:\n")
	SHAPE(framed, ".cfi_def_cfa 6,16\n.cfi_offset 6,-16\nlabel_framed:\n")
	SHAPE(pushed_late, ".cfi_def_cfa_offset 64\n.cfi_offset 6,-56\nlabel_pushed_late:\n")
	SHAPE(restored, ".cfi_def_cfa 6,16\n.cfi_offset 6,-16\n.cfi_remember_state\nnop\n.cfi_def_cfa_offset 80\nnop\n"
	      ".cfi_restore_state\nlabel_restored:\n")
	/* rbp at *(rbp), CFA at *(rbp - 8): what gcc writes for a function that aligns its stack. */
	SHAPE(realigned, ".cfi_escape 0x10,6,2,0x76,0\n" EXPRESSION("3,0x76,0x78,0x06") "label_realigned:\n")
	/* CFA at *(rsp + 160), return address at *(rsp + 168), rbp at *(rsp + 120): a signal frame. */
	SHAPE(signal, EXPRESSION("4,0x77,0xa0,0x01,0x06") ".cfi_escape 0x10,6,3,0x77,0xf8,0\n"
	      ".cfi_escape 0x10,16,3,0x77,0xa8,0x01\nlabel_signal:\n")
	SHAPE(outermost, ".cfi_undefined 16\nlabel_outermost:\n")
	SHAPE(large, ".cfi_def_cfa_offset 0x1000000\nlabel_large:\n")
	/* What no rule can say. */
	SHAPE(too_large, ".cfi_def_cfa_offset 0x8000000\nlabel_too_large:\n")
	SHAPE(nowhere, ".cfi_def_cfa_offset 0\nlabel_nowhere:\n")
	SHAPE(from_r10, ".cfi_def_cfa 10,0\nlabel_from_r10:\n")
	SHAPE(bp_in_rbx, ".cfi_register 6,3\nlabel_bp_in_rbx:\n")
	SHAPE(bp_lost, ".cfi_undefined 6\nlabel_bp_lost:\n")
	SHAPE(return_moved, ".cfi_offset 16,-16\nlabel_return_moved:\n")
	/* What is no call frame information at all. */
	SHAPE(loops, EXPRESSION("3,0x2f,0xfd,0xff") "label_loops:\n") /* skip -3 */
	SHAPE(divides, EXPRESSION("12,0x0f,0,0,0,0,0,0,0,0x80,0x09,0xff,0x1b") "label_divides:\n") /* INT64_MIN / -1 */
	SHAPE(reads_null, EXPRESSION("3,0x08,0x10,0x06") "label_reads_null:\n") /* *(16) */
	SHAPE(reads_wild, EXPRESSION("10,0x0e,1,2,3,4,5,6,7,8,0x06") "label_reads_wild:\n")
	SHAPE(reads_odd, EXPRESSION("3,0x77,0x03,0x06") "label_reads_odd:\n") /* *(rsp + 3) */
	SHAPE(underflows, EXPRESSION("2,0x1c,0x1c") "label_underflows:\n") /* minus, minus */
	SHAPE(register_wild, ".cfi_escape 0x09,3,0x80,0x80,0x80,0x80,0x01\nlabel_register_wild:\n")
	SHAPE(return_wild, ".cfi_return_column 100\nlabel_return_wild:\n")
	SHAPE(remembers_much, ".rept 40\n.cfi_remember_state\n.endr\nlabel_remembers_much:\n")
	SHAPE(restores_nothing, ".cfi_escape 0x0b\nlabel_restores_nothing:\n")
	"shape_silent:\nnop\nnop\nlabel_silent:\nnop\nnop\n");

#define STEP(...) {.kind = FRAME_RULE_STEP, __VA_ARGS__}
#define NONE      {.kind = FRAME_RULE_NONE}
#define EXPECTATIONS(E)                                                                                                \
	E(shape_entry, STEP(.cfa_offset = 8))                                                                          \
	E(label_grown, STEP(.cfa_offset = 32))                                                                         \
	E(label_pushed, STEP(.cfa_offset = 16, .bp_is_saved = true, .bp_offset = -16))                                 \
	E(label_framed, STEP(.cfa_from_bp = true, .cfa_offset = 16, .bp_is_saved = true, .bp_offset = -16))            \
	E(label_pushed_late, STEP(.cfa_offset = 64, .bp_is_saved = true, .bp_offset = -56))                            \
	E(label_restored, STEP(.cfa_from_bp = true, .cfa_offset = 16, .bp_is_saved = true, .bp_offset = -16))          \
	E(label_realigned, STEP(.cfa_from_bp = true, .cfa_is_loaded = true, .cfa_offset = -8, .bp_is_saved = true,     \
				.bp_from_bp = true))                                                                   \
	E(label_signal, {.kind = FRAME_RULE_SIGNAL})                                                                   \
	E(label_outermost, {.kind = FRAME_RULE_END})                                                                   \
	E(label_large, STEP(.cfa_offset = 0x1000000))                                                                  \
	E(label_too_large, NONE)                                                                                       \
	E(label_nowhere, NONE)                                                                                         \
	E(label_from_r10, NONE)                                                                                        \
	E(label_bp_in_rbx, NONE)                                                                                       \
	E(label_bp_lost, NONE)                                                                                         \
	E(label_return_moved, NONE)                                                                                    \
	E(label_loops, NONE)                                                                                           \
	E(label_divides, NONE)                                                                                         \
	E(label_reads_null, NONE)                                                                                      \
	E(label_reads_wild, NONE)                                                                                      \
	E(label_reads_odd, NONE)                                                                                       \
	E(label_underflows, NONE)                                                                                      \
	E(label_register_wild, NONE)                                                                                   \
	E(label_return_wild, NONE)                                                                                     \
	E(label_remembers_much, NONE)                                                                                  \
	E(label_restores_nothing, NONE)                                                                                \
	E(label_silent, NONE)
/* clang-format on */

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

static void check_packing(void)
{
	struct frame_rule rule = {
		.kind = FRAME_RULE_STEP,
		.cfa_from_bp = true,
		.bp_is_saved = true,
		.cfa_offset = -(1 << 25),
		.bp_offset = 32767,
		.module = 0xfffe,
	};
	struct frame_rule back = frame_rule_unpack(frame_rule_pack(&rule));

	ok(back.kind == rule.kind && back.cfa_from_bp && !back.cfa_is_loaded && back.bp_is_saved && !back.bp_from_bp &&
		   back.cfa_offset == rule.cfa_offset && back.bp_offset == rule.bp_offset && back.module == rule.module,
	   "the extremes come back from a packed rule");
	rule.bp_offset++;
	is_u64(frame_rule_pack(&rule), FRAME_RULE_NONE | UINT64_C(0xfffe) << 48, "an offset too large makes it NONE");
	rule.bp_offset = 0;
	rule.cfa_offset--;
	is_u64(frame_rule_pack(&rule), FRAME_RULE_NONE | UINT64_C(0xfffe) << 48, "as does the other");
}

static void check_no_object(void)
{
	char code[64];

	is_u64(learn(code), FRAME_RULE_NONE, "code on the stack has no rule");
	is_u64(find(code), 0, "and none is remembered: a library may be loaded there");
	is_u64(learn(NULL), FRAME_RULE_NONE, "nor has address 0");
}

/* One executable segment of libc. */
struct text {
	const char *start;
	uint64_t bytes;
};

static int find_text(struct dl_phdr_info *info, size_t size, void *argument)
{
	struct text *text = argument;

	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];

		if (strstr(info->dlpi_name, "libc.so") && segment->p_type == PT_LOAD && segment->p_flags & PF_X)
			*text = (struct text){(const char *)info->dlpi_addr + segment->p_vaddr, segment->p_memsz};
	}
	return 0;
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
	struct text libc = {NULL, 0};

	losses_init(&losses);
	object_init(_dl_find_object);
	modules_init(&modules, "/program");
	frame_rules_init(&table);
	dl_iterate_phdr(find_text, &libc);
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
