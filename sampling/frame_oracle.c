/* SPDX-License-Identifier: MIT */
#include <stddef.h>
#include <string.h>

#include "libunwind.h"
#include "outside.h"

#include "frame_answer.h"
#include "frame_oracle.h"

enum {
	WORD_BYTES = sizeof(unw_word_t),
	REGISTER_COUNT = FRAME_REGISTER_COUNT,
	SYMBOL_LIMIT = REGISTER_COUNT + 16, /* registers, and words loaded from the stack */
	SYMBOL_REACH = FRAME_RULE_REACH_BYTES,
};

/* One question to libunwind: what is known about the frame's code, and the symbols met so far. */
struct question {
	uint64_t address;
	const struct object *object;
	unsigned reads;
	unsigned symbol_count;
	struct frame_symbol loads[SYMBOL_LIMIT - REGISTER_COUNT];
};

/* A symbol plus an offset, as a word: an address that no processor can have, so that libunwind can add to it. */
#define SYMBOL_TAG         UINT64_C(0x5a5a000000000000)
#define SYMBOL_SHIFT       32
#define SYMBOL_ZERO_OFFSET INT64_C(0x80000000)

static uint64_t symbol_word(unsigned index)
{
	return SYMBOL_TAG + ((uint64_t)index << SYMBOL_SHIFT) + SYMBOL_ZERO_OFFSET;
}

/* Is `word` a symbol that the question knows, with an offset within reach? */
static bool symbol_parse(const struct question *question, uint64_t word, struct frame_symbol *out_sum)
{
	uint64_t index = (word - SYMBOL_TAG) >> SYMBOL_SHIFT;
	int64_t offset = (int64_t)((word - SYMBOL_TAG) & UINT32_MAX) - SYMBOL_ZERO_OFFSET;

	if (index >= question->symbol_count || offset < -SYMBOL_REACH || offset >= SYMBOL_REACH)
		return false;
	*out_sum = (struct frame_symbol){.base = index, .offset = offset};
	return true;
}

/* The word that lies at a symbol plus an offset: a symbol too, the same one whenever it is asked for. */
static int symbol_load(struct question *question, struct frame_symbol from, unw_word_t *out_word)
{
	unsigned index = REGISTER_COUNT;
	struct frame_symbol *load = question->loads;

	if (from.offset % WORD_BYTES)
		return -UNW_EBADFRAME;
	while (index < question->symbol_count && (load->base != from.base || load->offset != from.offset))
		index++, load++;
	if (index == SYMBOL_LIMIT)
		return -UNW_EBADFRAME;
	if (index == question->symbol_count) {
		*load = from;
		question->symbol_count++;
	}
	*out_word = symbol_word(index);
	return 0;
}

static int access_mem(unw_addr_space_t space, unw_word_t address, unw_word_t *word, int write, void *argument)
{
	struct question *question = argument;
	struct frame_symbol from;

	(void)space;
	if (write || question->reads++ == FRAME_ORACLE_READS)
		return -UNW_EBADFRAME;
	if (symbol_parse(question, address, &from))
		return symbol_load(question, from, word);
	if (!object_segment(question->object, address, 1, PF_R))
		return -UNW_EBADFRAME;
	/* Aligned, so it does not leave the page that holds its first byte. */
	memcpy(word, (const void *)(address & -(uint64_t)WORD_BYTES), WORD_BYTES);
	return 0;
}

static int access_reg(unw_addr_space_t space, unw_regnum_t number, unw_word_t *word, int write, void *argument)
{
	const struct question *question = argument;

	(void)space;
	if (write || number < 0 || number > FRAME_REGISTER_PC)
		return -UNW_EBADREG;
	*word = number == FRAME_REGISTER_PC ? question->address : symbol_word(number);
	return 0;
}

static int access_fpreg(unw_addr_space_t space, unw_regnum_t number, unw_fpreg_t *value, int write, void *argument)
{
	(void)space, (void)number, (void)value, (void)write, (void)argument;
	return -UNW_EBADREG;
}

/* Every failure is an error other than "no information", which libunwind would take as leave to guess. */
static int find_proc_info(unw_addr_space_t space, unw_word_t address, unw_proc_info_t *info, int need_unwind_info,
			  void *argument)
{
	const struct object *object = ((struct question *)argument)->object;
	struct object_unwind_index index;
	unw_dyn_info_t table = {
		.start_ip = object->low_address,
		.end_ip = object->high_address,
		.format = UNW_INFO_FORMAT_REMOTE_TABLE,
	};

	if (!object_find_unwind_index(object, &index))
		return -UNW_EBADFRAME;
	table.u.rti.segbase = index.base;
	table.u.rti.table_data = index.entries;
	table.u.rti.table_len = index.bytes / sizeof(unw_word_t);
	if (unw_search_unwind_table(space, address, &table, info, need_unwind_info, argument) < 0)
		return -UNW_EBADFRAME;
	return 0;
}

static void put_unwind_info(unw_addr_space_t space, unw_proc_info_t *info, void *argument)
{
	(void)space, (void)info, (void)argument;
}

static unw_addr_space_t oracle_space;

void frame_oracle_init(void)
{
	unw_accessors_t accessors = {
		.find_proc_info = find_proc_info,
		.put_unwind_info = put_unwind_info,
		.access_mem = access_mem,
		.access_reg = access_reg,
		.access_fpreg = access_fpreg,
	};
	struct question question = {.symbol_count = REGISTER_COUNT};
	unw_cursor_t cursor;

	if (oracle_space)
		return;
	oracle_space = unw_create_addr_space(&accessors, 0);
	/* The first cursor initialises libunwind. */
	unw_init_remote(&cursor, oracle_space, &question);
}

static bool question_register(const struct question *question, unw_cursor_t *cursor, int number,
			      struct frame_symbol *out_sum)
{
	unw_word_t word;

	return unw_get_reg(cursor, number, &word) >= 0 && symbol_parse(question, word, out_sum);
}

static struct frame_rule question_step(struct question *question)
{
	const struct frame_rule none = {.kind = FRAME_RULE_NONE};
	struct frame_answer answer;
	unw_cursor_t cursor;
	int steps;

	if (unw_init_remote(&cursor, oracle_space, question) < 0)
		return none;
	steps = unw_step(&cursor);
	/* The outermost function says so by an undefined return address: nothing is loaded. (libunwind also takes an
	 * undefined bp for the end.) */
	if (steps == 0 && question->symbol_count == REGISTER_COUNT)
		return (struct frame_rule){.kind = FRAME_RULE_END};
	if (steps <= 0)
		return none;
	if (!question_register(question, &cursor, UNW_REG_IP, &answer.pc) ||
	    !question_register(question, &cursor, UNW_REG_SP, &answer.cfa) ||
	    !question_register(question, &cursor, FRAME_REGISTER_BP, &answer.bp))
		return none;
	return frame_answer_rule(&answer, question->loads);
}

/* Is it the return address of a handler, by the code there? */
static bool is_signal_frame(uint64_t address, const struct object *object)
{
	const uint32_t *code = (const uint32_t *)(address + 1);

	return FRAME_SIGNAL_CODE_BYTES > 0 && (uint64_t)code % sizeof(*code) == 0 &&
	       object_segment(object, (uint64_t)code, FRAME_SIGNAL_CODE_BYTES, PF_R | PF_X) &&
	       frame_is_signal_code(code);
}

struct frame_rule frame_oracle_ask(uint64_t address, const struct object *object)
{
	struct question question;
	struct libunwind_blocks blocks;
	struct libunwind_blocks *outer = libunwind_blocks;
	struct frame_rule rule;

	if (is_signal_frame(address, object))
		return (struct frame_rule){.kind = FRAME_RULE_SIGNAL};
	question.address = address;
	question.object = object;
	question.reads = 0;
	question.symbol_count = REGISTER_COUNT;
	blocks.used = 0;
	/* A handler may have interrupted a step of this thread; it must find its own blocks again. */
	libunwind_blocks = &blocks;
	rule = question_step(&question);
	libunwind_blocks = outer;
	return rule;
}
