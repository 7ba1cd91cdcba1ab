/* SPDX-License-Identifier: MIT */
/* Goal: stacks with common callers share them; labels, sides and weights are kept apart; limits end what would not. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "heap.h"
#include "stack_tree.h"

typedef Perftools__Profiles__Profile Profile;
typedef Perftools__Profiles__Sample Sample;
typedef Perftools__Profiles__Label Label;
typedef Perftools__Profiles__Location Location;
typedef Perftools__Profiles__Line Line;
typedef Perftools__Profiles__Function Function;
typedef Perftools__Profiles__Mapping Mapping;

enum { TEXT_EMPTY, TEXT_KIND, TEXT_MUTEX, TEXT_SLEEP, TEXT_OLD, TEXT_NEW, TEXT_OTHER, TEXT_A, TEXT_B, TEXT_C, TEXTS };

static char *texts[TEXTS] = {[TEXT_EMPTY] = "",
			     [TEXT_KIND] = "kind",
			     [TEXT_MUTEX] = "mutex",
			     [TEXT_SLEEP] = "sleep",
			     [TEXT_OLD] = "/lib/libx.so.1.2",
			     [TEXT_NEW] = "/usr/lib/libx.so.1.3",
			     [TEXT_OTHER] = "/usr/lib/liby.so.1.2",
			     [TEXT_A] = "a",
			     [TEXT_B] = "b",
			     [TEXT_C] = "c"};

/* Three functions; a location of each, the last without a line and name; c is inlined in b. */
enum { A = 1, B, C, FUNCTIONS = C, C_IN_B, NAMELESS, LOCATIONS = NAMELESS };

static struct fixture {
	Mapping mapping, *mappings[1];
	Function functions[FUNCTIONS], *function_pointers[FUNCTIONS];
	Line lines[FUNCTIONS], *line_pointers[FUNCTIONS + 2];
	Location locations[LOCATIONS], *location_pointers[LOCATIONS];
	Label labels[2], *label_pointers[2];
	Profile profile;
} fixture;

static void add_location(unsigned id, Line **lines, size_t line_count)
{
	Location *location = &fixture.locations[id - 1];

	*location = (Location)PERFTOOLS__PROFILES__LOCATION__INIT;
	location->id = id;
	location->mapping_id = 1;
	location->address = 0x1000 + id;
	location->line = lines;
	location->n_line = line_count;
	fixture.location_pointers[id - 1] = location;
}

static void add_functions(void)
{
	for (int i = 0; i < FUNCTIONS; i++) {
		fixture.functions[i] = (Function)PERFTOOLS__PROFILES__FUNCTION__INIT;
		fixture.functions[i].id = i + 1;
		fixture.functions[i].name = TEXT_A + i;
		fixture.function_pointers[i] = &fixture.functions[i];
		fixture.lines[i] = (Line)PERFTOOLS__PROFILES__LINE__INIT;
		fixture.lines[i].function_id = i + 1;
		fixture.line_pointers[i] = &fixture.lines[i];
		add_location(i + 1, &fixture.line_pointers[i], 1);
	}
	fixture.line_pointers[FUNCTIONS] = &fixture.lines[C - 1]; /* the innermost first */
	fixture.line_pointers[FUNCTIONS + 1] = &fixture.lines[B - 1];
	add_location(C_IN_B, &fixture.line_pointers[FUNCTIONS], 2);
	add_location(NAMELESS, NULL, 0);
}

static void add_labels(void)
{
	for (int i = 0; i < 2; i++) {
		fixture.labels[i] = (Label)PERFTOOLS__PROFILES__LABEL__INIT;
		fixture.labels[i].key = TEXT_KIND;
		fixture.labels[i].str = TEXT_MUTEX + i;
		fixture.label_pointers[i] = &fixture.labels[i];
	}
}

static void set_up(void)
{
	Profile *profile = &fixture.profile;

	*profile = (Profile)PERFTOOLS__PROFILES__PROFILE__INIT;
	fixture.mapping = (Mapping)PERFTOOLS__PROFILES__MAPPING__INIT;
	fixture.mapping.id = 1;
	fixture.mapping.filename = TEXT_OLD;
	fixture.mappings[0] = &fixture.mapping;
	add_functions();
	add_labels();
	profile->mapping = fixture.mappings;
	profile->n_mapping = 1;
	profile->function = fixture.function_pointers;
	profile->n_function = FUNCTIONS;
	profile->location = fixture.location_pointers;
	profile->n_location = LOCATIONS;
	profile->string_table = texts;
	profile->n_string_table = TEXTS;
}

/* One sample with a kind (0: mutex, 1: sleep). */
static int add(struct stack_tree *tree, unsigned side, unsigned kind, uint64_t *stack, size_t depth, int64_t delay_ns)
{
	int64_t values[STACK_WEIGHTS] = {1, delay_ns};
	Sample sample = PERFTOOLS__PROFILES__SAMPLE__INIT, *samples[] = {&sample};

	sample.location_id = stack;
	sample.n_location_id = depth;
	sample.value = values;
	sample.n_value = STACK_WEIGHTS;
	sample.label = &fixture.label_pointers[kind];
	sample.n_label = 1;
	fixture.profile.sample = samples;
	fixture.profile.n_sample = 1;
	return stack_tree_add(tree, &fixture.profile, side);
}

#define STACK(...) (uint64_t[]){__VA_ARGS__}, sizeof((uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t)

static void check_shape(void)
{
	struct stack_tree tree = {0};
	int64_t *totals;

	ok(add(&tree, 0, 0, STACK(B, A), 10) == 0, "a stack");
	ok(add(&tree, 0, 0, STACK(C, A), 20) == 0, "another one with the same caller");
	is_u64(tree.node_count, 4, "root, caller, two callees");
	ok(add(&tree, 0, 0, STACK(B, A), 30) == 0, "the first again");
	is_u64(tree.sample_count, 2, "is no new sample");
	ok(add(&tree, 0, 1, STACK(B, A), 40) == 0, "with another kind");
	is_u64(tree.sample_count, 3, "it is one");
	is_u64(tree.node_count, 4, "of the same stack");
	totals = stack_tree_node_totals(&tree, STACK_WEIGHT_DELAY_NS);
	ok(totals && totals[STACK_TREE_ROOT] == 100 && totals[1] == 100 && totals[2] == 80 && totals[3] == 20,
	   "each node has what lies below it");
	heap_free(totals);
	stack_tree_drop_idle(&tree);
	is_u64(tree.sample_count, 2, "sleep is idle, mutex is not");
	is_u64((uint64_t)stack_tree_total(&tree, 0, STACK_WEIGHT_DELAY_NS), 60, "and is not in the total");
	is_u64((uint64_t)stack_tree_total(&tree, 0, STACK_WEIGHT_CONTENTIONS), 3, "in none");
	stack_tree_free(&tree);
}

static void check_frames(void)
{
	struct stack_tree tree = {0};

	ok(add(&tree, 0, 0, STACK(C_IN_B, A), 1) == 0 && add(&tree, 0, 0, STACK(C, B, A), 1) == 0,
	   "an inlined function and one that is called");
	is_u64(tree.sample_count, 1, "are one stack");
	fixture.mapping.filename = TEXT_NEW;
	ok(add(&tree, 1, 0, STACK(C, B, A), 5) == 0, "the next version of the object");
	is_u64(tree.sample_count, 1, "is the same function");
	ok(tree.samples[0].values[0][STACK_WEIGHT_DELAY_NS] == 2 &&
		   tree.samples[0].values[1][STACK_WEIGHT_DELAY_NS] == 5,
	   "on two sides");
	fixture.mapping.filename = TEXT_OTHER;
	ok(add(&tree, 0, 0, STACK(C, B, A), 1) == 0, "another object");
	is_u64(tree.sample_count, 2, "is another function");
	ok(add(&tree, 0, 0, STACK(NAMELESS), 1) == 0, "no name");
	ok(strcmp(tree.frames[tree.frame_count - 1].function, "0x1005") == 0, "is the address");
	ok(add(&tree, 0, 0, NULL, 0, 1) == 0 && tree.samples[tree.sample_count - 1].node == STACK_TREE_ROOT,
	   "no stack is the root's");
	fixture.mapping.filename = TEXT_OLD;
	stack_tree_free(&tree);
}

static void check_groups(void)
{
	struct stack_tree tree = {.label = "kind", .is_grouped = true};

	ok(add(&tree, 0, 0, STACK(A), 1) == 0 && add(&tree, 0, 1, STACK(A), 1) == 0, "two kinds");
	is_u64(tree.node_count, 5, "stand below frames of their own");
	ok(strcmp(tree.frames[tree.nodes[tree.nodes[tree.samples[1].node].parent].frame].function, "sleep") == 0,
	   "that are called so");
	stack_tree_free(&tree);
}

static void check_limits(void)
{
	enum { DEPTH = STACK_TREE_NODES_LIMIT + 1 };
	struct stack_tree tree = {0};
	uint64_t *stack = malloc(DEPTH * sizeof(*stack));

	for (size_t i = 0; i < DEPTH; i++)
		stack[i] = A;
	ok(add(&tree, 0, 0, stack, DEPTH, 1) == -EFBIG, "a stack without end");
	stack_tree_free(&tree);
	free(stack);
	ok(stack_tree_sum(INT64_MAX, 1) == INT64_MAX && stack_tree_sum(INT64_MIN, -1) == INT64_MIN &&
		   stack_tree_sum(2, -3) == -1,
	   "sums stay within their type");
}

int main(void)
{
	set_up();
	check_shape();
	check_frames();
	check_groups();
	check_limits();
	is_u64(heap_used_bytes(), 0, "all memory is given back");
	return done();
}
