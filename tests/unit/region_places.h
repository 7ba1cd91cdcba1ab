/* SPDX-License-Identifier: MIT */
/* region_places: what a region is made of, to be found by kind in the copy (checked_region.h). Included by the test program, once. */
#ifndef CONTEND_TESTS_REGION_PLACES_H
#define CONTEND_TESTS_REGION_PLACES_H

#include "checked_region.h"

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

/* What samples are found by. */
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

#endif
