/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "frame.h"
#include "snapshot_locks.h"
#include "wait_look.h"

static uint64_t load(const _Atomic uint64_t *word)
{
	return atomic_load_explicit(word, memory_order_relaxed);
}

/* A variable's object must be known; a call may lie anywhere. */
static uint64_t checked_frame(const struct snapshot *snapshot, enum lock_known_by known_by, uint64_t frame)
{
	uint32_t module = frame_module(frame);
	bool is_module = module < snapshot->module_count && snapshot->modules[module].limit != 0;
	uint64_t address = frame_address(frame);

	if (known_by == LOCK_BY_NAME)
		return 0;
	if (!is_module || (known_by == LOCK_BY_PLACE &&
			   (address < snapshot->modules[module].start || address >= snapshot->modules[module].limit)))
		return frame_make(FRAME_MODULE_UNKNOWN, address);
	return frame;
}

static int copy_identity(struct snapshot *snapshot, const struct lock_identity *identity, struct snapshot_lock *out)
{
	uint32_t known_by;

	out->known_by = LOCK_KNOWN_COUNT;
	/* Pairs with the release of lock_table_find: all other fields are there. */
	if (!atomic_load_explicit(&identity->ready, memory_order_acquire))
		return 0;
	known_by = identity->known_by;
	if (known_by >= LOCK_KNOWN_COUNT)
		return 0;
	out->name = arena_copy_text(&snapshot->arena, identity->name, strnlen(identity->name, LOCK_NAME_BYTES));
	if (!out->name)
		return -ENOMEM;
	out->known_by = known_by;
	out->frame = checked_frame(snapshot, known_by, identity->frame);
	return 0;
}

/* What is added up in ticks, of the table and of the threads that keep some of it for themselves. */
struct account {
	uint64_t contentions, waited_ticks, longest_ticks;
};

static void add_account(struct account *account, struct snapshot_lock *lock, const struct lock_waits *waits)
{
	account->contentions += waits->contentions;
	account->waited_ticks += waits->waited_ticks;
	if (account->longest_ticks < waits->longest_ticks)
		account->longest_ticks = waits->longest_ticks;
	lock->address = waits->address;
	lock->kind = waits->kind < WAIT_KIND_COUNT ? waits->kind : WAIT_MUTEX;
}

static void add_table(struct account *accounts, struct snapshot *snapshot, const struct lock_table *table)
{
	for (uint32_t i = 0; i < LOCK_TABLE_LIMIT; i++) {
		const struct lock_account *account = &table->accounts[i];
		struct lock_waits waits = {.kind = atomic_load_explicit(&account->kind, memory_order_relaxed),
					   .address = load(&account->address),
					   .contentions = load(&account->contentions),
					   .waited_ticks = load(&account->waited_ticks),
					   .longest_ticks = load(&account->longest_ticks)};

		if (waits.contentions)
			add_account(&accounts[i], &snapshot->locks[i], &waits);
	}
}

static void add_wait(struct snapshot *snapshot, const struct thread_wait *wait)
{
	uint32_t lock = wait->kind < WAIT_KIND_COUNT ? wait->lock : 0;

	if (lock == 0 || lock > LOCK_TABLE_LIMIT)
		return;
	snapshot->locks[lock - 1].waiting++;
	snapshot->locks[lock - 1].address = wait->object;
	snapshot->locks[lock - 1].kind = wait->kind;
}

/* Its owner writes without looking at us: what is read of it may be of two instants. */
__attribute__((no_sanitize("thread"))) static void add_thread(struct account *accounts, struct snapshot *snapshot,
							      const struct thread *thread, uint32_t resets)
{
	const struct lock_waits waits = *(const volatile struct lock_waits *)&thread->lock_waits;
	uint32_t depth = __atomic_load_n(&thread->wait_depth, __ATOMIC_ACQUIRE);
	struct thread_wait wait;

	if (waits.contentions && waits.resets == resets && waits.lock > 0 && waits.lock <= LOCK_TABLE_LIMIT)
		add_account(&accounts[waits.lock - 1], &snapshot->locks[waits.lock - 1], &waits);
	if (depth > 0 && wait_look(thread, depth - 1, &wait))
		add_wait(snapshot, &wait);
}

int snapshot_locks_copy(struct snapshot *snapshot, const struct region *region)
{
	const struct thread_table *threads = &region->threads;
	uint32_t used = atomic_load_explicit(&threads->used, memory_order_relaxed);
	struct account *accounts = arena_alloc_array(&snapshot->arena, LOCK_TABLE_LIMIT, sizeof(*accounts));
	uint32_t resets = atomic_load_explicit(&region->locks.resets, memory_order_relaxed);
	int error = 0;

	snapshot->locks = arena_alloc_array(&snapshot->arena, LOCK_TABLE_LIMIT, sizeof(*snapshot->locks));
	if (!snapshot->locks || !accounts)
		return -ENOMEM;
	if (used > threads->limit)
		return -EBADMSG;
	for (uint32_t i = 0; i < LOCK_TABLE_LIMIT && !error; i++)
		error = copy_identity(snapshot, &region->locks.identities[i], &snapshot->locks[i]);
	add_table(accounts, snapshot, &region->locks);
	for (uint32_t i = 0; i < used; i++)
		add_thread(accounts, snapshot, thread_table_at(threads, i), resets);
	for (uint32_t i = 0; i < LOCK_TABLE_LIMIT; i++) {
		snapshot->locks[i].contentions = (int64_t)(accounts[i].contentions & INT64_MAX);
		snapshot->locks[i].waited_ns = snapshot_clock_ns(snapshot->ns_per_tick, accounts[i].waited_ticks);
		snapshot->locks[i].longest_ns = snapshot_clock_ns(snapshot->ns_per_tick, accounts[i].longest_ticks);
	}
	snapshot->lock_count = LOCK_TABLE_LIMIT;
	return error;
}

static int64_t what_is_more(int64_t newer, int64_t older)
{
	return newer > older ? newer - older : 0;
}

void snapshot_locks_subtract(struct snapshot *newer, const struct snapshot *older)
{
	for (size_t i = 0; i < newer->lock_count && i < older->lock_count; i++) {
		newer->locks[i].contentions = what_is_more(newer->locks[i].contentions, older->locks[i].contentions);
		newer->locks[i].waited_ns = what_is_more(newer->locks[i].waited_ns, older->locks[i].waited_ns);
	}
}
