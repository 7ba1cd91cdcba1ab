/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "heap.h"
#include "lock_list.h"
#include "snapshot_locks.h"
#include "snapshot_names.h"
#include "stack_tree.h"
#include "symbols.h"
#include "tool_input.h"

typedef Perftools__Profiles__Profile Profile;
typedef Perftools__Profiles__Sample Sample;

struct lock_wanted {
	const struct lock_list *list;
	const char *name;
};

static bool lock_is_same(const void *wanted, uint32_t number)
{
	const struct lock_wanted *lock = wanted;

	return strcmp(lock->list->locks[number].name, lock->name) == 0;
}

static bool make_room(struct lock_list *list)
{
	size_t room = list->room ? list->room * 2 : 64;
	struct listed_lock *locks = list->locks;

	if (list->count < list->room)
		return true;
	locks = heap_resize(locks, room * sizeof(*locks));
	if (!locks)
		return false;
	list->locks = locks;
	list->room = room;
	return true;
}

/* The lock that is called so, entered if it is new; NULL without memory. */
static struct listed_lock *find_lock(struct lock_list *list, const char *name)
{
	struct lock_wanted wanted = {.list = list, .name = name};
	uint64_t hash = hash_index_bytes(name, strlen(name));
	struct listed_lock lock = {.kind = "", .longest_ns = -1, .waiting = -1};
	uint32_t number;

	if (hash_index_find(&list->index, hash, lock_is_same, &wanted, &number))
		return &list->locks[number];
	lock.name = arena_copy_text(&list->texts, name, strlen(name));
	if (!lock.name || !make_room(list) || hash_index_add(&list->index, hash, list->count))
		return NULL;
	list->locks[list->count] = lock;
	return &list->locks[list->count++];
}

static const char *label_of(const Profile *message, const Sample *sample, const char *key)
{
	for (size_t i = 0; i < sample->n_label; i++)
		if (strcmp(message->string_table[sample->label[i]->key], key) == 0)
			return message->string_table[sample->label[i]->str];
	return "";
}

/* The longest of any stack, where the profile tells. */
static void add_longest(struct listed_lock *lock, const Sample *sample)
{
	int64_t longest_ns = sample->n_value > TOOL_VALUE_LONGEST_NS ? sample->value[TOOL_VALUE_LONGEST_NS] : 0;

	if (!lock->is_counted && longest_ns > 0 && lock->longest_ns < longest_ns)
		lock->longest_ns = longest_ns;
}

static void add_power(struct listed_lock *lock, const Profile *message, const Sample *sample)
{
	for (size_t i = 0; i < sample->n_label; i++) {
		int64_t least_ns = sample->label[i]->num;

		if (least_ns <= 0 || strcmp(message->string_table[sample->label[i]->key], "wait") != 0)
			continue;
		int64_t *count = &lock->by_power[63 - __builtin_clzll((uint64_t)least_ns)];

		*count = stack_tree_sum(*count, sample->value[TOOL_VALUE_COUNT]);
		lock->has_powers = true;
	}
}

static void add_sample(struct lock_side *side, const Profile *message, const Sample *sample)
{
	int64_t delay_ns = sample->value[TOOL_VALUE_DELAY_NS];

	side->contentions = stack_tree_sum(side->contentions, sample->value[TOOL_VALUE_COUNT]);
	side->delay_ns = stack_tree_sum(side->delay_ns, delay_ns);
	if (!side->worst || delay_ns > side->worst_ns) {
		side->message = message;
		side->worst = sample;
		side->worst_ns = delay_ns;
	}
}

/* What no process has counted is what the profiles say. */
static void take_estimates(struct lock_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		struct listed_lock *lock = &list->locks[i];
		const struct lock_side *side = lock->waiter.message ? &lock->waiter : &lock->holder;

		if (lock->is_counted)
			continue;
		lock->contentions = side->contentions;
		lock->waited_ns = side->delay_ns;
	}
}

int lock_list_add_profile(struct lock_list *list, enum profile which, const Profile *message)
{
	if (which == PROFILE_HOLD ||
	    which == PROFILE_PAIRS) /* nobody need have waited; the mutex profile says the same */
		return 0;
	for (size_t i = 0; i < message->n_sample; i++) {
		const Sample *sample = message->sample[i];
		const char *name = label_of(message, sample, "lock"), *kind = label_of(message, sample, "kind");
		struct listed_lock *lock;

		if (!name[0])
			continue;
		lock = find_lock(list, name);
		if (!lock)
			return -ENOMEM;
		if (kind[0] && !lock->is_counted)
			lock->kind = kind;
		if (which == PROFILE_BLOCK) {
			add_longest(lock, sample);
			add_power(lock, message, sample);
		}
		add_sample(which == PROFILE_MUTEX ? &lock->holder : &lock->waiter, message, sample);
	}
	take_estimates(list);
	return 0;
}

static void add_counted(struct listed_lock *lock, const struct snapshot_lock *counted)
{
	if (!lock->is_counted)
		lock->contentions = lock->waited_ns = lock->waiting = 0;
	lock->is_counted = true;
	lock->kind = snapshot_kind_name(counted->kind);
	lock->address = counted->address;
	lock->contentions = stack_tree_sum(lock->contentions, counted->contentions);
	lock->waited_ns = stack_tree_sum(lock->waited_ns, counted->waited_ns);
	lock->waiting += counted->waiting;
	if (lock->longest_ns < counted->longest_ns)
		lock->longest_ns = counted->longest_ns;
}

/* Of the snapshot's frames only those of its locks are named here. */
int lock_list_add_snapshot(struct lock_list *list, const struct snapshot *snapshot, const char *root)
{
	struct snapshot locks_only = *snapshot;
	struct symbols *symbols;
	int error;

	locks_only.sample_count = 0;
	error = symbols_resolve(&locks_only, root, &symbols);
	if (error)
		return error;
	for (uint32_t i = 0; i < snapshot->lock_count && !error; i++) {
		const struct snapshot_lock *counted = &snapshot->locks[i];
		struct listed_lock *lock;

		if (counted->known_by == LOCK_KNOWN_COUNT || (counted->contentions == 0 && counted->waiting == 0))
			continue;
		lock = find_lock(list, symbols_lock(symbols, i + 1));
		if (lock)
			add_counted(lock, counted);
		error = lock ? 0 : -ENOMEM;
	}
	symbols_free(symbols);
	return error;
}

static int compare_locks(const void *left, const void *right)
{
	const struct listed_lock *a = left, *b = right;

	if (a->waited_ns != b->waited_ns)
		return (b->waited_ns > a->waited_ns) - (b->waited_ns < a->waited_ns);
	return a->waiting != b->waiting ? (b->waiting > a->waiting) - (b->waiting < a->waiting)
					: strcmp(a->name, b->name);
}

void lock_list_sort(struct lock_list *list)
{
	hash_index_free(&list->index); /* it knows their places */
	if (list->count)
		qsort(list->locks, list->count, sizeof(*list->locks), compare_locks);
}

void lock_side_visit_stack(const struct lock_side *side,
			   bool (*visit)(const char *function, unsigned number, FILE *out), FILE *out)
{
	const Profile *message = side->message;
	unsigned number = 0;

	for (size_t i = 0; i < side->worst->n_location_id; i++) {
		const Perftools__Profiles__Location *location = message->location[side->worst->location_id[i] - 1];

		for (size_t line = 0; line < location->n_line; line++) {
			uint64_t function = location->line[line]->function_id;
			int64_t name = function ? message->function[function - 1]->name : 0;

			if (!visit(message->string_table[name], number++, out))
				return;
		}
	}
}

void lock_list_free(struct lock_list *list)
{
	hash_index_free(&list->index);
	heap_free(list->locks);
	arena_free(&list->texts);
	*list = (struct lock_list){0};
}
