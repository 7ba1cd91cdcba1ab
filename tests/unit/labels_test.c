/* SPDX-License-Identifier: MIT */
/* Goal: equal sets of labels have one number, whoever makes them; what finds no room is counted and balanced; reports have the labels
 * of a set once each, in order, whatever the region says.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fake_region.h"
#include "check.h"
#include "losses.h"
#include "snapshot_labels.h"
#include "thread_labels.h"

enum { THREADS = 8, ROUNDS = 2000, KEYS = 5, VALUES = 50 };

static struct label_table table;
static struct losses losses;
static _Alignas(64) struct thread thread;

static void start_afresh(void)
{
	memset(&table, 0, sizeof(table));
	memset(&thread, 0, sizeof(thread));
	memset(&losses, 0, sizeof(losses));
	losses_init(&losses);
	labels_init(&table);
}

static void sets_are_a_tree(void)
{
	uint32_t a, ab, b;

	start_afresh();
	ok(!labels_are_used(), "no set at first");
	a = labels_add(0, "endpoint", "/users");
	ab = labels_add(a, "tenant", "acme");
	b = labels_add(0, "tenant", "acme");
	ok(labels_are_used() && a && ab && b && a != ab && b != ab && a != b, "different sets have different numbers");
	is_u64(labels_add(0, "endpoint", "/users"), a, "equal ones have one");
	is_u64(labels_add(a, "tenant", "acme"), ab, "of two labels, too");
	ok(labels_add(0, "endpoint/", "users") != a, "where the key ends matters");
	ok(labels_add(0, "endpoint", "") != a, "a value may be empty");
	is_u64(labels_parent(ab), a, "without its last label a set is its parent");
	is_u64(labels_parent(a), 0, "and at last the empty one");
	ok(labels_exist(b) && !labels_exist(0) && !labels_exist(100), "it is known which there are");
}

static void a_thread_pushes_and_pops(void)
{
	start_afresh();
	is_u64(thread_labels_of(&thread), 0, "a thread begins without labels");
	is_u64(thread_labels_pop(&thread), (uint64_t)-EINVAL, "and has none to pop");
	is_u64(thread_labels_push(&thread, "a", "1"), 0, "a label is pushed");
	uint32_t one = thread_labels_of(&thread);
	is_u64(thread_labels_push(&thread, "b", "2"), 0, "another on top");
	ok(one && thread_labels_of(&thread) != one, "which is another set");
	is_u64(thread_labels_push(&thread, "", "x"), (uint64_t)-EINVAL, "none without a key");
	is_u64(thread_labels_push(&thread, NULL, "x"), (uint64_t)-EINVAL, "or without one at all");
	is_u64(thread_labels_of(&thread), 0, "until they are popped the thread has no labels");
	thread_labels_count_lost(&thread);
	is_u64(losses.events[LOSS_LABELS_FULL], 1, "its samples are counted");
	is_u64(thread_labels_push(&thread, "c", "3"), (uint64_t)-ENOSPC, "what is pushed on top goes nowhere either");
	for (int i = 0; i < 3; i++)
		is_u64(thread_labels_pop(&thread), 0, "each is popped");
	is_u64(labels_parent(thread_labels_of(&thread)), one, "then the labels are back");
	thread_labels_count_lost(&thread);
	is_u64(losses.events[LOSS_LABELS_FULL], 1, "and samples are whole");
	thread_labels_pop(&thread);
	is_u64(thread_labels_of(&thread), one, "the second is popped");
	thread_labels_pop(&thread);
	is_u64(thread_labels_of(&thread), 0, "the first, too");
}

static void nesting_has_an_end(void)
{
	start_afresh();
	for (int i = 0; i < LABELS_DEPTH_LIMIT; i++)
		thread_labels_push(&thread, "again", "and again");
	ok(thread_labels_of(&thread) != 0, "so many labels a set can have");
	is_u64(thread_labels_push(&thread, "again", "and again"), (uint64_t)-ENOSPC, "and no more");
	for (int i = 0; i <= LABELS_DEPTH_LIMIT; i++)
		thread_labels_pop(&thread);
	is_u64(thread_labels_of(&thread), 0, "all are popped");
	is_u64(table.set_count, LABELS_DEPTH_LIMIT, "a set for each");
}

/* As a forked child does, whose table is another one, where its parent's was. */
static void labels_go_on_in_another_table(void)
{
	char longest[LABELS_WORD_BYTES + 2];
	uint32_t set = 0;

	start_afresh();
	labels_keep(0);
	is_u64(labels_kept(), 0, "no labels stay none");
	labels_keep(5);
	is_u64(labels_kept(), 0, "nor do those of a set that is not there");
	memset(longest, 'x', sizeof(longest));
	longest[LABELS_WORD_BYTES] = '\0';
	labels_add(0, "another", "set");
	for (int i = 0; i < LABELS_DEPTH_LIMIT; i++) {
		longest[0] = (char)('a' + i % 26);
		set = labels_add(set, longest, longest + i % 2);
	}
	labels_keep(set);
	start_afresh();
	set = labels_kept();
	is_u64(table.sets[set].depth, LABELS_DEPTH_LIMIT, "as many labels as there can be");
	for (int i = LABELS_DEPTH_LIMIT - 1; i >= 0; i--, set = labels_parent(set)) {
		longest[0] = (char)('a' + i % 26);
		is_str(table.text + table.sets[set].text, longest, "key %d", i);
		is_str(table.text + table.sets[set].text + table.sets[set].key_bytes + 1, longest + i % 2, "value %d",
		       i);
	}
	is_u64(table.set_count, LABELS_DEPTH_LIMIT, "and no other set");
	is_u64(labels_kept(), 0, "they are kept once");
}

/* Until there is no more room for sets, or for texts. */
static uint32_t fill(const char *format)
{
	uint32_t sets = 0;

	start_afresh();
	for (unsigned i = 0; i < 2 * LABELS_LIMIT; i++) {
		char value[256];

		snprintf(value, sizeof(value), format, i);
		sets += labels_add(0, "k", value) != 0;
	}
	return sets;
}

static void the_table_is_bounded(void)
{
	is_u64(fill("%u"), LABELS_LIMIT - 1, "all sets but the empty one are used");
	ok(labels_add(0, "k", "0") != 0, "those that there are, are found when it is full");
	is_u64(labels_add(0, "k", "new"), 0, "new ones are not made");
	is_u64(fill("%0199u"), LABELS_TEXT_BYTES / (sizeof("k") + 200), "all text is used");
	is_u64(labels_add(0, "k",
			  "a value that is longer than what is left of it, which is less than two hundred bytes: "
			  "longer than that, and not yet in the table, so that there is no room at all for this one, "
			  "which is what is to be seen"),
	       0, "and no more");
	ok(labels_add(0, "k", "short") != 0, "what fits still goes in");
}

static uint32_t made[THREADS][KEYS * VALUES];

static void make_many(unsigned number, void *unused)
{
	(void)unused;
	for (unsigned i = 0; i < ROUNDS; i++) {
		unsigned which = (i * 7 + number * 13) % (KEYS * VALUES);
		char key[8], value[8];
		uint32_t set;

		snprintf(key, sizeof(key), "k%u", which % KEYS);
		snprintf(value, sizeof(value), "%u", which / KEYS);
		set = labels_add(0, key, value);
		if (made[number][which] && made[number][which] != set)
			set = UINT32_MAX;
		made[number][which] = set;
	}
}

static void many_make_them(void)
{
	unsigned different = 0, missing = 0;

	start_afresh();
	t_run(THREADS, make_many, NULL);
	for (unsigned which = 0; which < KEYS * VALUES; which++)
		for (unsigned number = 0; number < THREADS; number++) {
			missing += made[number][which] == 0;
			different += made[number][which] != made[0][which];
		}
	is_u64(missing, 0, "each thread has each set");
	is_u64(different, 0, "all under the same number");
	ok(table.set_count >= KEYS * VALUES && table.set_count < LABELS_LIMIT, "few were made for nothing");
}

static struct snapshot *snapshot_of(struct region *region)
{
	struct snapshot_moment moment = FAKE_MOMENT;
	struct snapshot *snapshot = NULL;

	is_u64(-snapshot_take(region, FAKE_REGION_BYTES, &moment, &snapshot), 0, "a snapshot is taken");
	return snapshot;
}

static void is_list(const struct snapshot *snapshot, uint32_t set, const char *expected)
{
	const struct snapshot_label *list[LABELS_DEPTH_LIMIT];
	size_t count = snapshot_labels_list(snapshot, set, list);
	char text[512] = "";

	for (size_t i = 0; i < count; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s=%s ", list[i]->key, list[i]->value);
	is_str(text, expected, "the labels of set %u", set);
}

static void reports_list_them(void)
{
	struct region *region = fake_region_new();
	char long_value[400];
	uint32_t set, cut;
	struct snapshot *snapshot;

	memset(long_value, 'x', sizeof(long_value));
	memcpy(long_value + 253, "\xe2\x82\xac", sizeof("\xe2\x82\xac"));
	labels_init(&region->labels);
	set = labels_add(labels_add(labels_add(0, "b", "old"), "a", "1"), "b", "new");
	cut = labels_add(0, "k", long_value);
	labels_add(0, "bad\xff", "\x80");
	snapshot = snapshot_of(region);
	is_list(snapshot, 0, "");
	is_list(snapshot, set, "a=1 b=new ");
	is_list(snapshot, cut + 1, "bad?=? ");
	is_list(snapshot, LABELS_LIMIT, "");
	is_list(snapshot, UINT32_MAX, "");
	is_u64(strlen(snapshot->labels[cut].value), 253, "what is too long is cut, not in the middle of a character");
	snapshot_drop(snapshot);

	region->labels.sets[2].parent = 2;
	region->labels.sets[3].text = UINT32_MAX - 1;
	region->labels.set_count = UINT32_MAX;
	snapshot = snapshot_of(region);
	is_list(snapshot, 2, "");
	is_list(snapshot, 3, "");
	is_list(snapshot, 1, "b=old ");
	snapshot_drop(snapshot);
	free(region);
}

int main(void)
{
	sets_are_a_tree();
	a_thread_pushes_and_pops();
	nesting_has_an_end();
	labels_go_on_in_another_table();
	the_table_is_bounded();
	many_make_them();
	reports_list_them();
	return done();
}
