/* SPDX-License-Identifier: MIT */
/* storm recycled: locks in memory that does not stay: objects whose last user destroys and frees, or unmaps, them right after
 * its unlock; locks in stack frames that come and go at the same address. */
#include <sys/mman.h>

#include "stress.h"

enum { USERS = 4, PAGE_BYTES = 4096 };

/* Used by so many threads; who takes the count to 0 destroys it. */
struct object {
	pthread_mutex_t mutex;
	pthread_rwlock_t rwlock;
	unsigned users; /* protected by mutex */
	bool is_mapped;
};

/* Objects on their way to those who use them: each slot is emptied by one of them. */
struct recycled {
	struct object *_Atomic slots[USERS];
	_Atomic uint64_t made, destroyed;
};

static struct object *make_object(bool is_mapped)
{
	struct object *object =
		is_mapped ? mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
			  : malloc(sizeof(*object));

	need(object && object != MAP_FAILED, "memory");
	need(!pthread_mutex_init(&object->mutex, NULL) && !pthread_rwlock_init(&object->rwlock, NULL), "object");
	object->users = USERS;
	object->is_mapped = is_mapped;
	return object;
}

static void destroy_object(struct object *object)
{
	need(!pthread_mutex_destroy(&object->mutex) && !pthread_rwlock_destroy(&object->rwlock), "nobody has it");
	if (object->is_mapped)
		munmap(object, PAGE_BYTES);
	else
		free(object);
}

/* True for the last user. */
static bool use_object(struct object *object)
{
	bool is_last;

	pthread_rwlock_rdlock(&object->rwlock);
	sched_yield();
	pthread_rwlock_unlock(&object->rwlock);
	pthread_mutex_lock(&object->mutex);
	is_last = --object->users == 0;
	pthread_mutex_unlock(&object->mutex);
	return is_last;
}

static void use_and_destroy(struct recycled *recycled, struct object *object)
{
	if (!use_object(object))
		return;
	destroy_object(object);
	atomic_fetch_add(&recycled->destroyed, 1);
}

static void take_object(struct recycled *recycled, unsigned number)
{
	struct object *object = atomic_exchange(&recycled->slots[number], NULL);

	if (object)
		use_and_destroy(recycled, object);
	else
		sched_yield();
}

/* Thread 0 of four makes objects and gives each to all the others; in the end, when they may be gone, it takes them itself. */
static void give_object(struct recycled *recycled, const struct stress *stress, uint64_t round)
{
	struct object *object = make_object(round % 8 == 0);

	atomic_fetch_add(&recycled->made, 1);
	for (unsigned number = 1; number < USERS; number++) {
		struct object *empty = NULL;

		while (!atomic_compare_exchange_weak(&recycled->slots[number], &empty, object)) {
			empty = NULL;
			if (stress_is_over(stress))
				take_object(recycled, number);
			sched_yield();
		}
	}
	use_and_destroy(recycled, object);
}

static void *shout(void *argument)
{
	pthread_mutex_t *mutex = argument;

	pthread_mutex_lock(mutex);
	sched_yield();
	pthread_mutex_unlock(mutex);
	return NULL;
}

/* A lock in this frame, contended by a thread that is gone before the frame is. */
__attribute__((noinline)) static void lock_in_frame(void)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	pthread_t other;

	pthread_mutex_lock(&mutex);
	other = hazard_start(shout, &mutex);
	sched_yield();
	pthread_mutex_unlock(&mutex);
	need(unseen_join(other), "the other one");
	need(!pthread_mutex_destroy(&mutex), "nobody has it");
}

static void *recycle(void *argument)
{
	struct stress_worker *worker = argument;
	struct recycled *recycled = (struct recycled *)worker->shared + worker->number / USERS;
	unsigned number = worker->number % USERS;

	for (uint64_t round = 0; !stress_is_over(worker->stress); round++) {
		if (number == 0)
			give_object(recycled, worker->stress, round);
		else
			take_object(recycled, number);
		if (stress_below(&worker->random, 64) == 0)
			lock_in_frame();
		if (stress_below(&worker->random, 16) == 0)
			certain_wait(stress_next(&worker->random));
	}
	return NULL;
}

/* What thread 0 gave and the others had not yet taken. */
static void take_rest(struct recycled *recycled)
{
	for (unsigned number = 1; number < USERS; number++)
		take_object(recycled, number);
}

void storm_recycled(const struct stress *stress)
{
	unsigned groups = stress->threads / USERS ? stress->threads / USERS : 1;
	struct recycled *recycled = calloc(groups, sizeof(*recycled));
	uint64_t made = 0, destroyed = 0;

	need(recycled, "memory");
	ledger_mix();
	stress_run(stress, groups * USERS, recycle, recycled);
	for (unsigned i = 0; i < groups; i++) {
		take_rest(&recycled[i]);
		made += recycled[i].made;
		destroyed += recycled[i].destroyed;
	}
	need(made == destroyed && made > 0, "%ju objects made, %ju destroyed", (uintmax_t)made, (uintmax_t)destroyed);
	stress_note("objects", made);
	free(recycled);
}
