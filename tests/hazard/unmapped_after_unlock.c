/* SPDX-License-Identifier: MIT
 * limit: 30
 *
 * Goal: an object with a lock inside that its last user unmaps right after the unlock, or a semaphore or barrier after the wait,
 * while others may still be inside post or wait: nothing of it may be touched once it was given up, by the call or by the
 * recording after it.
 */
#include <semaphore.h>
#include <sys/mman.h>

#include "hazard.h"

enum {
	OBJECTS = 10000,
	USERS = 3,
};

struct object {
	pthread_mutex_t mutex;
	pthread_rwlock_t rwlock;
	pthread_spinlock_t spin;
	sem_t semaphore;
	pthread_barrier_t barrier;
	_Atomic int users;
};

/* The object is left by each user once; the one that is told so unmaps it. */
static bool leave_mutex(struct object *object)
{
	bool is_last;

	need(!pthread_mutex_lock(&object->mutex), "lock");
	is_last = --object->users == 0;
	need(!pthread_mutex_unlock(&object->mutex), "unlock");
	return is_last;
}

static bool leave_written(struct object *object)
{
	bool is_last;

	need(!pthread_rwlock_wrlock(&object->rwlock), "lock");
	is_last = --object->users == 0;
	need(!pthread_rwlock_unlock(&object->rwlock), "unlock");
	return is_last;
}

/* All but the last read; the last one writes, and so knows that the readers have left. */
static bool leave_read(struct object *object)
{
	bool is_last;

	need(!pthread_rwlock_rdlock(&object->rwlock), "lock");
	is_last = --object->users == 0;
	need(!pthread_rwlock_unlock(&object->rwlock), "unlock");
	if (is_last)
		need(!pthread_rwlock_wrlock(&object->rwlock) && !pthread_rwlock_unlock(&object->rwlock), "write lock");
	return is_last;
}

static bool leave_spin(struct object *object)
{
	bool is_last;

	need(!pthread_spin_lock(&object->spin), "lock");
	is_last = --object->users == 0;
	need(!pthread_spin_unlock(&object->spin), "unlock");
	return is_last;
}

/* One waits for the posts of all others. */
static bool leave_semaphore(struct object *object)
{
	if (--object->users > 0) {
		need(!sem_post(&object->semaphore), "post");
		return false;
	}
	for (int i = 1; i < USERS; i++)
		need(!sem_wait(&object->semaphore), "wait");
	return true;
}

/* The barrier must be destroyed first, which waits for those that are still inside. */
static bool leave_barrier(struct object *object)
{
	if (pthread_barrier_wait(&object->barrier) != PTHREAD_BARRIER_SERIAL_THREAD)
		return false;
	need(!pthread_barrier_destroy(&object->barrier), "destroyed");
	return true;
}

static bool (*leave)(struct object *object);
static struct object *_Atomic objects[OBJECTS];
static pthread_barrier_t all_left;

static struct object *make(void)
{
	struct object *object = mmap(NULL, sizeof(*object), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	need(object != MAP_FAILED, "object");
	pthread_mutex_init(&object->mutex, NULL);
	pthread_rwlock_init(&object->rwlock, NULL);
	pthread_spin_init(&object->spin, PTHREAD_PROCESS_PRIVATE);
	need(!sem_init(&object->semaphore, 0, 0), "semaphore");
	need(!pthread_barrier_init(&object->barrier, NULL, USERS), "barrier");
	object->users = USERS;
	return object;
}

static void *use(void *argument)
{
	bool makes = argument != NULL;

	for (int i = 0; i < OBJECTS; i++) {
		if (makes)
			objects[i] = make();
		while (!objects[i])
			sched_yield();
		if (leave(objects[i]))
			munmap(objects[i], sizeof(struct object));
	}
	pthread_barrier_wait(&all_left);
	return NULL;
}

static void run(bool (*function)(struct object *object))
{
	pthread_t threads[USERS];

	leave = function;
	memset(objects, 0, sizeof(objects));
	for (int i = 0; i < USERS; i++)
		threads[i] = hazard_start(use, i ? NULL : &all_left);
	for (int i = 0; i < USERS; i++)
		hazard_join(threads[i]);
}

int main(void)
{
	hazard_limit(30);
	pthread_barrier_init(&all_left, NULL, USERS);
	run(leave_mutex);
	run(leave_written);
	run(leave_read);
	run(leave_spin);
	run(leave_semaphore);
	run(leave_barrier);
	return 0;
}
