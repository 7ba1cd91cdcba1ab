/* SPDX-License-Identifier: MIT */
/* Goal: the threads that wait for a lock are found, all of them and no others, each as it was at one instant.
 */
#include "lock_waiters.h"
#include "real_region.h"

enum { LOCKS = 3, WAITERS = 12, CHANGES = 20000, FOUND = 100 };

#define LONG_NS UINT64_C(10000000000)

static int locks[LOCKS];
static _Atomic unsigned waiting, leaving, left;

/* Whose number is n waits for lock n % LOCKS, the later the higher the number. */
static void *wait_long(void *number)
{
	uintptr_t n = (uintptr_t)number;
	struct record_wait wait = {.site = real_region_site(WAIT_MUTEX, &locks[n % LOCKS], STACK_MARK())};

	t_await(&waiting, (unsigned)n);
	real_region_begin(&wait);
	atomic_fetch_add(&waiting, 1);
	t_await(&leaving, 1);
	real_region_end(&wait);
	atomic_fetch_add(&left, 1);
	for (;;) /* the end of a thread that has recorded is too late for the thread sanitizer */
		pause();
	return NULL;
}

struct seen {
	const void *lock;
	unsigned count, wrong;
	uint64_t since_ticks;
};

static void look(const struct lock_waiter *waiter, void *argument)
{
	struct seen *seen = argument;

	seen->count++;
	seen->wrong += waiter->wait.object != (uint64_t)(uintptr_t)seen->lock || waiter->wait.kind != WAIT_MUTEX ||
		       waiter->wait.leaf_address != real_region_leaf() || !waiter->wait.waiter.lock;
}

static struct seen visit(const void *lock)
{
	struct seen seen = {.lock = lock};
	struct thread *self = thread_enter();
	uint32_t found = lock_waiters_visit(lock, look, &seen);

	thread_leave(self);
	if (found != seen.count)
		seen.wrong++;
	return seen;
}

static void each_lock_has_its_own(void)
{
	for (int i = 0; i < LOCKS; i++) {
		struct seen seen = visit(&locks[i]);

		is_u64(seen.count, WAITERS / LOCKS, "all who wait for lock %d are found", i);
		is_u64(seen.wrong, 0, "and no others");
		is_u64(waiters_count(&locks[i]), WAITERS / LOCKS, "as many as are counted");
	}
	is_u64(visit(&waiting).count, 0, "nobody waits for what is no lock");
}

static void longest_is_first(void)
{
	struct lock_waiter longest, next;

	ok(lock_waiters_find_longest(&locks[0], &longest) && lock_waiters_find_longest(&locks[1], &next),
	   "somebody has waited longest");
	ok(longest.wait.waiter.since_ticks < next.wait.waiter.since_ticks, "the first of each lock, as they came");
	is_u64(longest.record->waits[longest.index].waiter.since_ticks, longest.wait.waiter.since_ticks,
	       "and it is that thread's wait");
	ok(!lock_waiters_find_longest(&waiting, &longest), "of nobody nobody has waited longest");
}

static _Atomic bool is_over;
static _Atomic unsigned changes;

/* Waits again and again, for one lock and then for another. */
static void *wait_often(void *unused)
{
	(void)unused;
	for (unsigned i = 0; !atomic_load(&is_over); i++) {
		struct record_wait wait = {
			.site = real_region_site(i % 3 ? WAIT_MUTEX : WAIT_COND, &locks[i % 2], STACK_MARK())};

		real_region_begin(&wait);
		if (i % 64 == 0)
			t_spin_us(10);
		real_region_end(&wait);
		atomic_fetch_add(&changes, 1);
	}
	atomic_fetch_add(&left, 1);
	for (;;)
		pause();
	return NULL;
}

static void start(void *(*body)(void *), void *argument)
{
	pthread_t thread;

	pthread_create(&thread, NULL, body, argument);
	pthread_detach(thread);
}

static void those_who_come_and_go(void)
{
	uint64_t until_ns = t_now_ns() + LONG_NS;
	unsigned wrong = 0, found = 0;

	atomic_store(&left, 0);
	for (int i = 0; i < 2; i++)
		start(wait_often, NULL);
	t_await(&changes, 10);
	for (unsigned i = 0; (atomic_load(&changes) < CHANGES || found < FOUND) && t_now_ns() < until_ns; i++) {
		struct seen seen = visit(&locks[i % 2]);

		wrong += seen.wrong;
		found += seen.count;
	}
	atomic_store(&is_over, true);
	t_await(&left, 2);
	printf("# %u found, of %u waits\n", found, atomic_load(&changes));
	ok(found >= FOUND, "some are found");
	is_u64(wrong, 0, "none of them half in one wait and half in another");
}

int main(void)
{
	char directory[] = "/dev/shm/contend-lock-waiters.XXXXXX";

	real_region_start(directory);
	for (uintptr_t i = 0; i < WAITERS; i++)
		start(wait_long, (void *)i);
	ok(t_await(&waiting, WAITERS), "threads wait");
	each_lock_has_its_own();
	longest_is_first();
	atomic_store(&leaving, 1);
	t_await(&left, WAITERS);
	is_u64(visit(&locks[0]).count, 0, "who has left is not found");
	record_set_block_rate_ns(INT64_C(1000000000)); /* no stacks, which take longer than a look */
	those_who_come_and_go();
	real_region_remove(directory);
	return done();
}
