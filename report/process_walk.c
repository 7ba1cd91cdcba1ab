/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "frame.h"
#include "frame_answer.h"
#include "frame_oracle.h"
#include "frame_step.h"
#include "hash_index.h"
#include "heap.h"
#include "path.h"
#include "process_walk.h"

/* What was asked already. */
struct known_rule {
	uint64_t address;
	uint64_t rule; /* packed */
};

struct process_walk {
	struct process_objects *objects;
	struct process_memory *memory;
	struct known_rule *rules;
	size_t count, room;
	struct hash_index numbers;
};

struct process_walk *process_walk_new(struct process_objects *objects, struct process_memory *memory)
{
	struct process_walk *walk = heap_alloc_array(1, sizeof(*walk));

	frame_oracle_init();
	if (walk)
		*walk = (struct process_walk){.objects = objects, .memory = memory};
	return walk;
}

void process_walk_free(struct process_walk *walk)
{
	if (!walk)
		return;
	heap_free(walk->rules);
	hash_index_free(&walk->numbers);
	heap_free(walk);
}

static bool read_word(void *memory, uint64_t address, uint64_t *out_word)
{
	return process_memory_read_word(memory, address, out_word);
}

struct rule_wanted {
	const struct process_walk *walk;
	uint64_t address;
};

static bool rule_is_same(const void *wanted, uint32_t number)
{
	const struct rule_wanted *rule = wanted;

	return rule->walk->rules[number].address == rule->address;
}

/* Objects are copied without their code, by which some processors' signal frames are told. */
static bool is_signal_frame(const struct process_walk *walk, uint64_t frame)
{
	uint32_t code[2];

	_Static_assert(FRAME_SIGNAL_CODE_BYTES <= sizeof(code), "there is room for it");
	return FRAME_SIGNAL_CODE_BYTES > 0 &&
	       process_memory_read(walk->memory, frame_address(frame) + 1, code, sizeof(code)) == 0 &&
	       frame_is_signal_code(code);
}

static uint64_t ask_rule(struct process_walk *walk, uint64_t frame)
{
	struct frame_rule rule;
	uint64_t shift;
	const struct object *copy = process_objects_copy(walk->objects, frame, &shift);

	if (is_signal_frame(walk, frame))
		rule = (struct frame_rule){.kind = FRAME_RULE_SIGNAL};
	else
		rule = frame_oracle_ask(frame_address(frame) + shift, copy);
	return frame_rule_pack(&rule);
}

/* Without memory it is asked once more the next time. */
static uint64_t find_rule(struct process_walk *walk, uint64_t frame)
{
	struct rule_wanted wanted = {.walk = walk, .address = frame_address(frame)};
	uint64_t hash = hash_index_words(&wanted.address, 1), rule;
	uint32_t number;

	if (hash_index_find(&walk->numbers, hash, rule_is_same, &wanted, &number))
		return walk->rules[number].rule;
	rule = ask_rule(walk, frame);
	if (!heap_grow((void **)&walk->rules, walk->count, &walk->room, sizeof(*walk->rules)) &&
	    !hash_index_add(&walk->numbers, hash, (uint32_t)walk->count))
		walk->rules[walk->count++] = (struct known_rule){.address = wanted.address, .rule = rule};
	return rule;
}

/* Ours are left out of stacks, as they are in the profiles. */
static bool is_own(const struct process_walk *walk, uint64_t frame)
{
	static const char own[] = "libcontend";
	size_t count;
	const char *path = process_objects_modules(walk->objects, &count)[frame_module(frame)].path;

	return strncmp(path_base(path), own, strlen(own)) == 0;
}

/* From a frame to its caller. False: the stack ends here, *out_is_cut tells whether it should. */
static bool step(struct process_walk *walk, uint64_t rule, struct frame_state *state, bool *out_is_cut)
{
	switch (frame_rule_kind(rule)) {
	case FRAME_RULE_STEP:
		*out_is_cut = !frame_step(rule, state, read_word, walk->memory);
		return !*out_is_cut;
	case FRAME_RULE_SIGNAL:
		*out_is_cut = !frame_step_signal(state, read_word, walk->memory);
		return !*out_is_cut;
	default:
		*out_is_cut = frame_rule_kind(rule) == FRAME_RULE_NONE;
		return false;
	}
}

/* Whatever is in no object that we know is no caller: the stack was misread, or it is code that no loader loaded. The return
 * address of a handler is where the signal frame's code begins: not one byte before it. */
unsigned process_walk_from(struct process_walk *walk, struct stack_origin origin, uint64_t *out_frames, unsigned limit,
			   bool *out_is_cut)
{
	struct frame_state state = frame_state_of(origin);
	unsigned count = 0, steps = 0;
	uint64_t frame, rule;

	process_memory_forget(walk->memory);
	do {
		frame = process_objects_frame(walk->objects, state.address);
		*out_is_cut = frame_module(frame) == FRAME_MODULE_UNKNOWN || count == limit || steps++ == 2 * limit;
		if (*out_is_cut)
			return count;
		rule = find_rule(walk, frame);
		if (!is_own(walk, frame))
			out_frames[count++] = frame + (frame_rule_kind(rule) == FRAME_RULE_SIGNAL);
	} while (step(walk, rule, &state, out_is_cut));
	return count;
}
