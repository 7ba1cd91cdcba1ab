/* SPDX-License-Identifier: MIT */
/* storm locks: every thread takes locks of every family in every way, in random order, some of them nested; meets others at a
 * condition and at a barrier. What the locks protect is right in the end. */
#include <semaphore.h>
#include <threads.h>

#include "raw_mutex.h"
#include "stress.h"

enum {
	PATIENCE_MS = 2,
	CERTAIN_EVERY = 8,
	MEETING = 4, /* threads at the barrier and the condition */
};

static int make_mutex(pthread_mutex_t *mutex, int type, int robustness, int protocol)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_settype(&attributes, type);
	pthread_mutexattr_setrobust(&attributes, robustness);
	pthread_mutexattr_setprotocol(&attributes, protocol);
	return pthread_mutex_init(mutex, &attributes);
}

static int lock_twice(pthread_mutex_t *mutex)
{
	return pthread_mutex_lock(mutex) || pthread_mutex_lock(mutex);
}

static int unlock_twice(pthread_mutex_t *mutex)
{
	return pthread_mutex_unlock(mutex) || pthread_mutex_unlock(mutex);
}

static int make_raw(struct raw_mutex *mutex)
{
	mutex->word = 0;
	return 0;
}

static int lock_raw(struct raw_mutex *mutex)
{
	raw_mutex_lock(mutex);
	return 0;
}

static int unlock_raw(struct raw_mutex *mutex)
{
	raw_mutex_unlock(mutex);
	return 0;
}

/* One in eight threads writes. */
static int read_or_write(pthread_rwlock_t *lock, unsigned number)
{
	return number % 8 ? pthread_rwlock_rdlock(lock) : pthread_rwlock_wrlock(lock);
}

/* What a lock protects: two words that are equal whenever nobody writes. */
struct guarded {
	_Alignas(64) volatile uint64_t first;
	volatile uint64_t second;
};

struct meeting {
	pthread_barrier_t barrier;
	pthread_mutex_t mutex;
	pthread_cond_t cond;
	unsigned arrived, round; /* protected by mutex */
	bool is_over;            /* written by one of them, before it arrives at the barrier */
};

struct locks {
#define LOCK(name, type, make, take, give, is_shared)                                                                  \
	type name;                                                                                                     \
	struct guarded guarded_##name;
#include "stress/locks.def"
#undef LOCK
	struct meeting meeting;
	_Atomic uint64_t written;
};

static bool is_writer(bool is_shared, unsigned number)
{
	return !is_shared || number % 8 == 0;
}

static void visit(struct guarded *guarded, bool writes, struct stress_random *random)
{
	need(guarded->first == guarded->second, "nobody writes");
	if (writes)
		guarded->first++;
	if (stress_below(random, 256) == 0)
		unseen_sleep_us(50);
	if (writes)
		guarded->second++;
}

/* Each answers whether it wrote. */
#define LOCK(name, type, make, take, give, is_shared)                                                                  \
	static bool visit_##name(struct locks *locks, unsigned number, struct stress_random *random)                   \
	{                                                                                                              \
		struct timespec soon = hazard_deadline(CLOCK_REALTIME, PATIENCE_MS);                                   \
		struct timespec soon_monotonic = hazard_deadline(CLOCK_MONOTONIC, PATIENCE_MS);                        \
		type *lock = &locks->name;                                                                             \
                                                                                                                       \
		(void)number, (void)soon, (void)soon_monotonic;                                                        \
		if ((take) != 0)                                                                                       \
			return false;                                                                                  \
		visit(&locks->guarded_##name, is_writer(is_shared, number), random);                                   \
		need((give) == 0, "%s is given back", #name);                                                          \
		return is_writer(is_shared, number);                                                                   \
	}
#include "stress/locks.def"
#undef LOCK

static bool (*const visits[])(struct locks *locks, unsigned number, struct stress_random *random) = {
#define LOCK(name, type, make, take, give, is_shared) visit_##name,
#include "stress/locks.def"
#undef LOCK
};

enum { VISITS = sizeof(visits) / sizeof(visits[0]) };

static void *visit_all(void *argument)
{
	struct stress_worker *worker = argument;
	struct locks *locks = worker->shared;
	uint64_t written = 0;

	for (uint64_t round = 0; !stress_is_over(worker->stress); round++) {
		unsigned which = stress_below(&worker->random, VISITS);

		written += visits[which](locks, worker->number, &worker->random);
		if (round % CERTAIN_EVERY == 0)
			certain_wait(stress_next(&worker->random));
	}
	atomic_fetch_add(&locks->written, written);
	return NULL;
}

/* Rounds of a barrier, and of a condition that the last to arrive broadcasts. */
static void *meet(void *argument)
{
	struct stress_worker *worker = argument;
	struct meeting *meeting = &((struct locks *)worker->shared)->meeting;

	while (!meeting->is_over) {
		pthread_barrier_wait(&meeting->barrier);
		pthread_mutex_lock(&meeting->mutex);
		unsigned round = meeting->round;

		if (++meeting->arrived == MEETING) {
			meeting->arrived = 0;
			meeting->round++;
			meeting->is_over = stress_is_over(worker->stress);
			pthread_cond_broadcast(&meeting->cond);
		}
		while (meeting->round == round)
			pthread_cond_wait(&meeting->cond, &meeting->mutex);
		pthread_mutex_unlock(&meeting->mutex);
	}
	return NULL;
}

static void *run_meeting(void *argument)
{
	struct stress_worker *worker = argument;

	stress_run(worker->stress, MEETING, meet, worker->shared);
	return NULL;
}

static struct locks *make_locks(void)
{
	struct locks *locks = aligned_alloc(64, (sizeof(*locks) + 63) / 64 * 64);

	need(locks, "memory");
	memset(locks, 0, sizeof(*locks));
#define LOCK(name, type, make, take, give, is_shared)                                                                  \
	{                                                                                                              \
		type *lock = &locks->name;                                                                             \
                                                                                                                       \
		need((make) == 0, "%s is made", #name);                                                                \
	}
#include "stress/locks.def"
#undef LOCK
	need(!pthread_barrier_init(&locks->meeting.barrier, NULL, MEETING) &&
		     !pthread_mutex_init(&locks->meeting.mutex, NULL) && !pthread_cond_init(&locks->meeting.cond, NULL),
	     "the meeting");
	return locks;
}

static uint64_t sum_of_guarded(const struct locks *locks)
{
	uint64_t sum = 0;

#define LOCK(name, type, make, take, give, is_shared) sum += locks->guarded_##name.second;
#include "stress/locks.def"
#undef LOCK
	return sum;
}

void storm_locks(const struct stress *stress)
{
	struct locks *locks = make_locks();
	struct stress_worker host = {.stress = stress, .shared = locks};
	pthread_t meeting;

	ledger_mix();
	meeting = hazard_start(run_meeting, &host);
	stress_run(stress, stress->threads, visit_all, locks);
	need(unseen_join(meeting), "the meeting is over");
	need(sum_of_guarded(locks) == locks->written, "critical sections: %llu of %llu",
	     (unsigned long long)sum_of_guarded(locks), (unsigned long long)locks->written);
	need(locks->meeting.round > 0, "threads met");
	stress_note("critical sections", locks->written);
	stress_note("meetings", locks->meeting.round);
	free(locks);
}
