/* SPDX-License-Identifier: MIT */
/* The locks that waits are entered for: what the threads say and what the locks say must agree. */
#include <stddef.h>
#include <stdio.h>

#include "heap.h"
#include "region_check_parts.h"

enum { PAGE_BYTES = 4096, LOCKS = WAITERS_BUCKETS * WAITERS_WAYS };

/* What the threads say of one lock's entry. */
struct waits_of_lock {
	uint32_t count;
	uint64_t charged_to;
};

struct waits_check {
	struct region_check *check;
	struct waits_of_lock *locks; /* LOCKS of them */
	uint64_t base;               /* where the region lies in its process; 0: no wait has told yet */
};

/* The entry that a wait points to, an address in its own process; LOCKS if there is none. The region begins on a page there. */
static uint32_t lock_of_wait(struct waits_check *waits, const struct waiter *waiter)
{
	uint64_t rest = (uint64_t)(uintptr_t)waiter->lock - offsetof(struct region, waiters) -
			(uint64_t)waiter->bucket * sizeof(struct waiters_bucket);
	uint64_t base = rest & -(uint64_t)PAGE_BYTES;
	uint64_t way = (rest - base) / sizeof(struct waiters_lock);

	if (rest % sizeof(struct waiters_lock) || way >= WAITERS_WAYS || (waits->base && base != waits->base))
		return LOCKS;
	waits->base = base;
	return waiter->bucket * WAITERS_WAYS + way;
}

static void check_wait(struct waits_check *waits, uint32_t index, const struct waiter *waiter)
{
	struct region_check *check = waits->check;
	struct waiters_view lock;
	uint32_t number;

	if (!region_check_that(check, waiter->bucket < WAITERS_BUCKETS, "thread record %u: waits in bucket %u", index,
			       waiter->bucket) ||
	    !waiter->lock || !region_check_is_still(check))
		return;
	number = lock_of_wait(waits, waiter);
	if (!region_check_that(check, number < LOCKS, "thread record %u: waits in no entry of the waiters", index))
		return;
	lock = waiters_read(&check->region->waiters.buckets[waiter->bucket].locks[number % WAITERS_WAYS]);
	waits->locks[number].count++;
	waits->locks[number].charged_to += waiters_charged_until(waiter->since_ticks, lock.last_charge);
}

static void collect_waits(struct waits_check *waits)
{
	for (uint32_t index = 0; index < region_check_used_records(waits->check); index++) {
		const struct thread *thread = region_check_record(waits->check, index);
		uint32_t depth = thread->wait_depth <= THREAD_WAITS ? thread->wait_depth : 0;

		waits->check->summary.waits += depth;
		for (uint32_t i = 0; i < depth; i++)
			check_wait(waits, index, &thread->waits[i].waiter);
	}
}

static bool is_about(uint64_t got, uint64_t expected)
{
	return got - expected + REGION_CHECK_SKEW_TICKS <= 2 * (uint64_t)REGION_CHECK_SKEW_TICKS;
}

/* A thread is counted from before its wait can be seen until after, and has its entry pinned for longer than that. */
static void check_sums(struct region_check *check, const char *where, const struct waiters_view *lock,
		       const struct waits_of_lock *waits)
{
	region_check_that(check, lock->waiting <= lock->pins, "%s: %u wait, but only %u hold it", where, lock->waiting,
			  lock->pins);
	region_check_that(check, waits->count <= lock->waiting, "%s: %u threads wait for it, it counts %u", where,
			  waits->count, lock->waiting);
	if (region_check_is_at_rest(check))
		region_check_that(check, waits->count == lock->waiting && lock->waiting == lock->pins,
				  "%s: %u threads wait for it, it counts %u and %u hold it", where, waits->count,
				  lock->waiting, lock->pins);
	if (waits->count == lock->waiting)
		region_check_that(check, is_about(lock->charged_to, waits->charged_to),
				  "%s: its %u waiters are charged up to %#llx together, it says %#llx", where,
				  waits->count, (unsigned long long)waits->charged_to,
				  (unsigned long long)lock->charged_to);
}

/* Returns how many threads hold the entry without being seen to wait. */
static uint64_t check_lock(struct waits_check *waits, uint32_t number)
{
	struct region_check *check = waits->check;
	uint32_t bucket = number / WAITERS_WAYS, way = number % WAITERS_WAYS;
	const struct waiters_lock *entry = &check->region->waiters.buckets[bucket].locks[way];
	struct waiters_view lock = waiters_read(entry);
	char where[48];

	snprintf(where, sizeof(where), "waiters, bucket %u, way %u", bucket, way);
	region_check_that(check, !lock.address || waiters_bucket_of((const void *)(uintptr_t)lock.address) == bucket,
			  "%s: a lock of another bucket", where);
	region_check_that(check, lock.shift <= WAITERS_SHIFT_MOST, "%s: stands for 2^%u", where, lock.shift);
	region_check_that(check, atomic_load_explicit(&entry->number, memory_order_relaxed) <= LOCK_TABLE_LIMIT,
			  "%s: called by a number that no lock has", where);
	if (!region_check_is_still(check))
		return 0;
	check_sums(check, where, &lock, &waits->locks[number]);
	return lock.pins > waits->locks[number].count ? lock.pins - waits->locks[number].count : 0;
}

void region_check_waiters(struct region_check *check)
{
	struct waits_check waits = {.check = check, .locks = heap_alloc_array(LOCKS, sizeof(*waits.locks))};
	uint64_t unseen = 0;

	if (!region_check_that(check, waits.locks != NULL, "no memory to add up waits in"))
		return;
	collect_waits(&waits);
	for (uint32_t number = 0; number < LOCKS; number++)
		unseen += check_lock(&waits, number);
	region_check_that(check, unseen <= check->summary.threads,
			  "waiters: %llu are about to wait or to leave, of %u threads", (unsigned long long)unseen,
			  check->summary.threads);
	heap_free(waits.locks);
}
