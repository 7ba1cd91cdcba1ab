/* SPDX-License-Identifier: MIT */
/* Goal: what the real modules make passes, at rest and at the end; whatever single thing is broken is found and named, in the
 * states in which it must hold and in no earlier one; and no damage makes the check fault.
 * limit: 90
 */
#include <stddef.h>
#include <string.h>

#include "frame.h"
#include "heap.h"
#include "random.h"
#include "real_region.h"
#include "region_check.h"
#include "region_layout.h"

enum { MUTATIONS = 3000, RANDOM_REGIONS = 20, LINES_BYTES = 100000 };

static struct region_file model;
static struct region *region; /* the copy that is damaged */
static struct region_layout layout;

/* The lines of one check, each followed by a newline. */
static struct {
	char text[LINES_BYTES];
	size_t bytes;
} lines;

static void keep_line(const char *line, void *unused)
{
	(void)unused;
	if (lines.bytes < LINES_BYTES)
		lines.bytes += (size_t)snprintf(lines.text + lines.bytes, LINES_BYTES - lines.bytes, "%s\n", line);
}

static unsigned check_as(enum region_check_state state, struct region_check_summary *out_summary)
{
	struct region_check_summary summary;

	lines.bytes = 0;
	lines.text[0] = '\0';
	return region_check(region, model.bytes, state, keep_line, NULL, out_summary ? out_summary : &summary);
}

static void put_right(void)
{
	memcpy(region, model.region, model.bytes);
}

static bool says(const char *words)
{
	return strstr(lines.text, words) != NULL;
}

/* Where damage is done: the first of its kind in the model. */
enum place {
	AT_REGION,
	AT_RECORD,  /* of a thread that does not wait */
	AT_WAITING, /* of one that waits */
	AT_UNUSED_RECORD,
	AT_LOCK, /* the entry that it waits in */
	AT_UNUSED_LOCK,
	AT_IDENTITY, /* of a lock that is a variable */
	AT_NAMED_IDENTITY,
	AT_LOCK_KEY,
	AT_ACCOUNT, /* of the same */
	AT_MODULE,  /* number 1 */
	AT_SLOT,
	AT_SAMPLE,        /* of that slot: a wait for a condition */
	AT_RELEASE,       /* of a mutex */
	AT_FUTEX_RELEASE, /* with the waiter's frames */
	AT_PAIR,          /* two stacks of two threads, of a mutex */
	AT_HELD,          /* a hold that is over */
	AT_OVERFLOW_SLOT,
};

struct lock_words {
	uint64_t pin, number, charged_to, counted;
};
struct lock_key_word {
	uint64_t key;
};
struct slot_word {
	uint32_t unit;
};

static struct slot_word *slots(struct region *of)
{
	return (struct slot_word *)((char *)&of->samples + layout.samples.slots_offset);
}

static struct sample *sample_of(struct region *of, uint32_t slot)
{
	return (struct sample *)((char *)&of->samples + (uint64_t)slots(of)[slot].unit * SAMPLE_UNIT_BYTES);
}

static struct thread *record_of(struct region *of, uint32_t index)
{
	return (struct thread *)((char *)of + layout.records_begin + (uint64_t)index * layout.threads.stride_bytes);
}

/* The first slot of a sample of that profile and kind with events, or without. */
static uint32_t find_slot(enum profile profile, enum wait_kind kind, bool has_events)
{
	for (uint32_t slot = 0; slot < layout.samples.slot_count; slot++) {
		const struct sample *sample = slots(model.region)[slot].unit ? sample_of(model.region, slot) : NULL;

		if (sample && sample->profile == profile && sample->kind == kind && (sample->count != 0) == has_events)
			return slot;
	}
	printf("Bail out! no sample of profile %d, kind %d\n", profile, kind);
	exit(1);
}

static uint32_t find_record(uint32_t wait_depth, unsigned nth)
{
	for (uint32_t index = 0; index < layout.threads.limit; index++) {
		const struct thread *thread = record_of(model.region, index);

		if (thread->tid != 0 && thread->wait_depth == wait_depth && nth-- == 0)
			return index;
	}
	printf("Bail out! no thread with %u waits\n", wait_depth);
	exit(1);
}

static uint32_t cond_slot(void)
{
	return find_slot(PROFILE_BLOCK, WAIT_COND, true);
}

/* With waits that are in the table. */
static uint32_t find_identity(enum lock_known_by known_by)
{
	for (uint32_t number = 0; number < LOCK_TABLE_LIMIT; number++)
		if (model.region->locks.identities[number].ready &&
		    model.region->locks.identities[number].known_by == known_by &&
		    model.region->locks.accounts[number].contentions)
			return number;
	printf("Bail out! no lock that is known so\n");
	exit(1);
}

/* The model is a copy of this process's own region. */
static void *lock_of(const struct thread *waiting)
{
	return (char *)region + ((const char *)waiting->waits[0].waiter.lock - (const char *)region_mine());
}

static void *at(enum place place)
{
	switch (place) {
	case AT_REGION:
		return region;
	case AT_RECORD:
		return record_of(region, find_record(0, 0));
	case AT_WAITING:
		return record_of(region, find_record(1, 0));
	case AT_UNUSED_RECORD:
		return record_of(region, layout.threads.limit - 1);
	case AT_LOCK:
		return lock_of(record_of(model.region, find_record(1, 0)));
	case AT_UNUSED_LOCK:
		return &region->waiters.buckets[0].locks[WAITERS_WAYS - 1];
	case AT_IDENTITY:
		return &region->locks.identities[find_identity(LOCK_BY_VARIABLE)];
	case AT_NAMED_IDENTITY:
		return &region->locks.identities[find_identity(LOCK_BY_NAME)];
	case AT_LOCK_KEY:
		return &region->locks.keys[find_identity(LOCK_BY_VARIABLE)];
	case AT_ACCOUNT:
		return &region->locks.accounts[find_identity(LOCK_BY_VARIABLE)];
	case AT_MODULE:
		return &region->modules.entries[1];
	case AT_SLOT:
		return &slots(region)[cond_slot()];
	case AT_SAMPLE:
		return sample_of(region, cond_slot());
	case AT_RELEASE:
		return sample_of(region, find_slot(PROFILE_MUTEX, WAIT_MUTEX, true));
	case AT_FUTEX_RELEASE:
		return sample_of(region, find_slot(PROFILE_MUTEX, WAIT_FUTEX, true));
	case AT_PAIR:
		return sample_of(region, find_slot(PROFILE_PAIRS, WAIT_MUTEX, true));
	case AT_HELD:
		return sample_of(region, find_slot(PROFILE_HOLD, WAIT_MUTEX, true));
	case AT_OVERFLOW_SLOT:
		return &slots(region)[find_slot(PROFILE_WAKE, WAIT_SLEEP, false)];
	}
	abort();
}

static void monotonic_in_tsc(void)
{
	region->header.clock_source = CLOCK_SOURCE_MONOTONIC;
	region->header.started.ticks = region->header.started.monotonic_ns + 1;
}

static void same_thread_twice(void)
{
	record_of(region, find_record(1, 0))->tid = record_of(region, find_record(1, 1))->tid;
}

static void waits_for_nobodys_lock(void)
{
	struct thread *thread = at(AT_WAITING);
	uint32_t number = 0;

	while (model.region->locks.keys[number])
		number++;
	thread->waits[0].lock = number + 1;
}

static void same_start_twice(void)
{
	region->modules.entries[2].start = region->modules.entries[1].start;
}

static void same_path_twice(void)
{
	region->modules.entries[2].path_offset = region->modules.entries[1].path_offset;
}

static void module_before_is_free(void)
{
	memset(&region->modules.entries[1], 0, sizeof(region->modules.entries[1]));
}

/* Puts another rule in place of the first one, tied as it must be. */
static void replace_rule(uint64_t rule)
{
	_Atomic uint64_t(*words)[2] = region->frame_rules.words;
	uint64_t key;

	while (!(*words)[1])
		words++;
	key = (*words)[0] ^ (*words)[1] * FRAME_RULES_HASH;
	(*words)[1] = rule;
	(*words)[0] = key ^ rule * FRAME_RULES_HASH;
}

static void rule_that_cannot_be(void)
{
	replace_rule(FRAME_RULE_END | FRAME_RULE_CFA_FROM_BP);
}

static void rule_of_no_module(void)
{
	replace_rule(UINT64_C(900) << FRAME_RULE_MODULE_SHIFT | FRAME_RULE_END);
}

static void rule_of_pseudo_module(void)
{
	replace_rule((uint64_t)FRAME_MODULE_PSEUDO << FRAME_RULE_MODULE_SHIFT | FRAME_RULE_END);
}

static void garbled_rules(void)
{
	struct random random;

	random_seed(&random, 3, 3);
	for (int i = 0; i < 100; i++)
		region->frame_rules.words[random_below(&random, FRAME_RULES_LIMIT)][1] = random_bits(&random) | 1;
}

static void alias_slot(void)
{
	slots(region)[find_slot(PROFILE_BLOCK, WAIT_READ, false)] = slots(region)[cond_slot()];
}

/* A unit later the second frame lies where the depth of a sample does. */
static void slot_into_sample(void)
{
	struct sample *sample = at(AT_SAMPLE);

	slots(region)[find_slot(PROFILE_BLOCK, WAIT_READ, false)].unit = slots(region)[cond_slot()].unit + 1;
	sample->frames[1] = 1;
}

/* Into one that has lost its own slot. */
static void slot_into_unused_sample(void)
{
	struct sample *sample = at(AT_SAMPLE);

	slots(region)[cond_slot()].unit++;
	sample->frames[1] = 1;
}

/* Of the same key, in the first free slot behind the other. */
static void double_sample(void)
{
	uint32_t slot = cond_slot(), mask = layout.samples.slot_count - 1;
	const struct sample *sample = sample_of(region, slot);
	uint64_t offset = layout.samples.arena_offset + region->samples.arena_used_bytes;

	memcpy((char *)&region->samples + offset, sample, sample_bytes(sample->depth));
	region->samples.arena_used_bytes += sample_bytes(sample->depth);
	while (slots(region)[slot & mask].unit)
		slot++;
	slots(region)[slot & mask].unit = offset / SAMPLE_UNIT_BYTES;
}

static void move_slot(uint32_t slot, uint32_t distance)
{
	uint32_t mask = layout.samples.slot_count - 1, to = slot + distance;

	while (slots(region)[to & mask].unit)
		to++;
	slots(region)[to & mask] = slots(region)[slot];
	slots(region)[slot].unit = 0;
}

static void move_slot_a_little(void)
{
	move_slot(cond_slot(), 20);
}

static void move_slot_far(void)
{
	move_slot(cond_slot(), SAMPLE_PROBES);
}

static void labels_of_nobody(void)
{
	struct thread *record = at(AT_RECORD);

	record->tid = 0;
	record->labels = 1;
}

/* Behind a slot that is empty. */
static void move_label_slot(void)
{
	_Atomic uint32_t *slots = region->labels.slots;
	uint32_t from = 0;

	while (slots[from] == 0)
		from++;
	slots[(from + 2) % LABELS_SLOTS] = slots[from];
	slots[from] = 0;
}

static void overflow_without_loss(void)
{
	sample_of(region, find_slot(PROFILE_BLOCK, WAIT_SLEEP, false))->count = SAMPLER_COUNT_ONE;
}

static void class_without_histogram(void)
{
	struct sample *sample = at(AT_SAMPLE);

	sample->delay_class = 1;
}

/* The waiter's frames are a part of the releaser's stack then, which is too deep. */
static void waiter_becomes_code(void)
{
	region->header.depth = REAL_REGION_DEPTH / 2;
}

/* Nobody is left who was kept waiting. */
static void pair_is_torn(void)
{
	struct sample *pair = sample_of(region, find_slot(PROFILE_PAIRS, WAIT_MUTEX, true));
	uint16_t depth = 0;

	while (pair->frames[depth] != frame_make(FRAME_MODULE_PSEUDO, FRAME_BLOCKED))
		depth++;
	pair->depth = depth + 1;
}

static void lost_holds_without_rate(void)
{
	region->header.hold_rate = 0;
	region->losses.events[LOSS_HOLDS_LEFT] = 1;
}

static void holds_without_rate(void)
{
	region->header.hold_rate = 0;
}

static void wakes_without_profile(void)
{
	region->header.profiles &= ~(1u << PROFILE_WAKE);
	region->losses.events[LOSS_WAKERS_BUSY] = 1;
}

static void cuts_without_loss(void)
{
	memset(&region->losses, 0, sizeof(region->losses));
}

#define PSEUDO(which) ((uint64_t)FRAME_MODULE_PSEUDO << FRAME_ADDRESS_BITS | (which))

static const struct damage {
	enum region_check_state from; /* the first state in which it is wrong */
	const char *words;            /* of the line that says so */
	enum place place;
	size_t offset, bytes;
	bool is_added;
	uint64_t value;
	void (*other)(void); /* instead of all that */
} damages[] = {
#define CHANGE(state, words, place, type, member, is_added, value)                                                     \
	{REGION_CHECK_##state,        words,    AT_##place, offsetof(type, member),                                    \
	 sizeof(((type *)0)->member), is_added, value,      NULL},
#define SET(state, words, place, type, member, value) CHANGE(state, words, place, type, member, false, value)
#define ADD(state, words, place, type, member, value) CHANGE(state, words, place, type, member, true, value)
#define BY(state, words, function)                    {REGION_CHECK_##state, words, AT_REGION, 0, 0, false, 0, function},
#include "region_damages.def"
};

static void do_damage(const struct damage *damage)
{
	char *target = (char *)at(damage->place) + damage->offset;
	uint64_t word = 0;

	if (damage->other) {
		damage->other();
	} else if (damage->bytes > sizeof(word)) {
		memset(target, (int)damage->value, damage->bytes);
	} else {
		memcpy(&word, target, damage->bytes);
		word = damage->is_added ? word + damage->value : damage->value;
		memcpy(target, &word, damage->bytes);
	}
}

static void is_found(const struct damage *damage)
{
	for (int state = REGION_CHECK_LIVE; state <= REGION_CHECK_REST; state++) {
		unsigned faults;

		put_right();
		do_damage(damage);
		faults = check_as(state, NULL);
		ok(says(damage->words) == (state >= (int)damage->from) && (faults != 0) == (lines.bytes != 0),
		   "\"%s\" %s in state %d", damage->words, state >= (int)damage->from ? "is said" : "is not said",
		   state);
	}
	put_right();
}

static void model_passes(void)
{
	struct region_check_summary summary;

	for (int state = REGION_CHECK_LIVE; state <= REGION_CHECK_REST; state++) {
		is_u64(check_as(state, &summary), 0, "what the modules make is consistent in state %d", state);
		is_str(lines.text, "", "nothing is said of it");
	}
	is_u64(summary.threads, 1 + REAL_REGION_WAITERS, "threads");
	is_u64(summary.waits, REAL_REGION_WAITERS, "waits");
	ok(summary.modules >= 2 && summary.frame_rules > summary.modules, "modules and rules");
	is_u64(summary.samples, 16, "samples");
	is_u64(summary.stacks, 13, "stacks");
	is_u64(summary.events[PROFILE_BLOCK], 7, "waits that are over");
	is_u64(summary.events[PROFILE_MUTEX], 12, "releases");
	is_u64(summary.events[PROFILE_PAIRS], 7 * 2 + 5 * 1, "waits that they prolonged");
	is_u64(summary.events[PROFILE_HOLD], 1, "holds that are over");
	ok(summary.losses == 1 && !summary.is_emptied, "one stack was cut");
}

/* As region_forget_samples leaves it. */
static void emptied_passes(void)
{
	struct region_check_summary summary;
	char *begin = (char *)slots(region);

	put_right();
	memset(begin, 0, (size_t)((char *)region + layout.records_begin - begin));
	ok(check_as(REGION_CHECK_STILL, NULL) > 0, "samples that are gone are missed");
	region->header.closed = 1;
	is_u64(check_as(REGION_CHECK_REST, &summary), 0, "but not after the end");
	ok(summary.is_emptied, "which is said");
	put_right();
}

static void check_all_states(size_t bytes)
{
	struct region_check_summary summary;

	for (int state = REGION_CHECK_LIVE; state <= REGION_CHECK_REST; state++) {
		lines.bytes = 0;
		region_check(region, bytes, state, keep_line, NULL, &summary);
	}
}

/* Anywhere, but mostly where there is something. */
static size_t damage_offset(struct random *random)
{
	const struct {
		size_t offset, bytes;
	} parts[] = {
		{0, model.bytes},
		{0, offsetof(struct region_header, program)},
		{offsetof(struct region, losses), sizeof(struct losses)},
		{offsetof(struct region, modules), 10 * sizeof(struct module)},
		{offsetof(struct region, waiters), sizeof(struct waiters)},
		{offsetof(struct region, locks), sizeof(struct lock_table)},
		{offsetof(struct region, frame_rules), sizeof(struct frame_rules)},
		{offsetof(struct region, threads), sizeof(struct thread_table)},
		{layout.records_begin, (size_t)6 * layout.threads.stride_bytes},
		{offsetof(struct region, samples), sizeof(struct sample_table)},
		{offsetof(struct region, samples) + layout.samples.slots_offset, layout.samples.slot_count * 4},
		{layout.arena_begin, model.region->samples.arena_used_bytes},
	};
	size_t part = random_below(random, sizeof(parts) / sizeof(parts[0]));

	return parts[part].offset + random_below(random, parts[part].bytes);
}

/* Some bytes become others, ones, or what lies elsewhere in the region. */
static void damage_at_random(struct random *random)
{
	for (unsigned places = 1 + random_below(random, 8); places > 0; places--) {
		size_t offset = damage_offset(random), from = damage_offset(random);
		size_t bytes = 1 + random_below(random, 16);

		for (; bytes > 0 && offset < model.bytes && from < model.bytes; bytes--, offset++, from++)
			((char *)region)[offset] = places % 3 == 0   ? (char)random_bits(random)
						   : places % 3 == 1 ? (char)0xff
								     : ((char *)model.region)[from];
	}
}

static void survives_damage(void)
{
	unsigned found = 0;
	struct random random;

	random_seed(&random, 5, 1);
	for (unsigned i = 0; i < MUTATIONS; i++) {
		damage_at_random(&random);
		found += check_as((enum region_check_state)(i % 3), NULL) != 0;
		if (i % 4 == 0) /* else it adds up */
			put_right();
	}
	put_right();
	ok(found > MUTATIONS / 2 && found < MUTATIONS, "%d damaged regions, %u of them found", MUTATIONS, found);
	is_u64(check_as(REGION_CHECK_REST, NULL), 0, "all is put right again");
}

static void survives_anything(void)
{
	const struct region_header *header = &model.region->header;
	struct random random;

	random_seed(&random, 6, 1);
	for (unsigned i = 0; i < RANDOM_REGIONS; i++) {
		for (size_t word = 0; word < model.bytes / sizeof(uint64_t); word++)
			((uint64_t *)region)[word] = random_bits(&random) & (i % 2 ? UINT64_MAX : 0xffff);
		region->header.magic = header->magic;
		region->header.version = header->version;
		region->header.bytes = header->bytes;
		region->header.depth = i % 4 ? header->depth : SAMPLE_DEPTH_LIMIT;
		check_all_states(model.bytes);
	}
	ok(lines.bytes > 0, "%d regions of anything", RANDOM_REGIONS);
	put_right();
	check_all_states(0);
	check_all_states(model.bytes - 4096);
	check_all_states(4096);
	ok(says("too small"), "regions that are too small");
}

int main(void)
{
	model = real_region_take();
	layout = region_layout_of(model.bytes, REAL_REGION_DEPTH);
	region = aligned_alloc(4096, model.bytes);
	put_right();
	model_passes();
	emptied_passes();
	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++)
		is_found(&damages[i]);
	survives_damage();
	survives_anything();
	is_u64(heap_used_bytes(), 0, "all memory is given back");
	free(region);
	region_file_free(&model);
	return done();
}
