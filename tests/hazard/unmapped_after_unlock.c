/* SPDX-License-Identifier: MIT
 *
 * Goal: an object with a lock inside whose last user, who waited for it, unmaps it right after his unlock, or after his wait for a
 * semaphore or barrier, while the other may still be inside the call that let him go: nothing of it may be touched once it was
 * given up, by the call or by the recording after it. With HAZARD_ON_HEAP the object is freed, for tools that watch the heap.
 *
 * unmapped_after_unlock [OBJECTS]
 */
#include <semaphore.h>
#include <sys/mman.h>

#include "hazard.h"

enum { OBJECTS = 1000 };

static int object_count = OBJECTS;

struct object {
	pthread_mutex_t mutex;
	pthread_rwlock_t rwlock;
	pthread_spinlock_t spin;
	sem_t semaphore, semaphore_lock;
	pthread_barrier_t barrier;
};

static void lock_mutex(struct object *object)
{
	need(!pthread_mutex_lock(&object->mutex), "lock");
}

static void unlock_mutex(struct object *object)
{
	need(!pthread_mutex_unlock(&object->mutex), "unlock");
}

static void lock_to_read(struct object *object)
{
	need(!pthread_rwlock_rdlock(&object->rwlock), "read lock");
}

static void lock_to_write(struct object *object)
{
	need(!pthread_rwlock_wrlock(&object->rwlock), "write lock");
}

static void unlock_rwlock(struct object *object)
{
	need(!pthread_rwlock_unlock(&object->rwlock), "unlock");
}

static void lock_spin(struct object *object)
{
	need(!pthread_spin_lock(&object->spin), "lock");
}

static void unlock_spin(struct object *object)
{
	need(!pthread_spin_unlock(&object->spin), "unlock");
}

static void wait_for_post(struct object *object)
{
	need(!sem_wait(&object->semaphore), "wait");
}

static void post(struct object *object)
{
	need(!sem_post(&object->semaphore), "post");
}

static void lock_semaphore(struct object *object)
{
	need(!sem_wait(&object->semaphore_lock), "lock");
}

static void unlock_semaphore(struct object *object)
{
	need(!sem_post(&object->semaphore_lock), "unlock");
}

static void come_to_barrier(struct object *object)
{
	int result = pthread_barrier_wait(&object->barrier);

	need(!result || result == PTHREAD_BARRIER_SERIAL_THREAD, "barrier: %d", result);
}

/* Waits for the other to have left the barrier. */
static void destroy_barrier(struct object *object)
{
	need(!pthread_barrier_destroy(&object->barrier), "destroyed");
}

static void nothing(struct object *object)
{
	(void)object;
}

/* One holds it, and gives it when the other waits for it, who takes it and leaves it. */
static const struct way {
	void (*hold)(struct object *object);
	void (*give)(struct object *object);
	void (*take)(struct object *object);
	void (*leave)(struct object *object);
} ways[] = {
	{lock_mutex, unlock_mutex, lock_mutex, unlock_mutex},
	{lock_to_write, unlock_rwlock, lock_to_write, unlock_rwlock},
	{lock_to_write, unlock_rwlock, lock_to_read, unlock_rwlock},
	{lock_to_read, unlock_rwlock, lock_to_write, unlock_rwlock},
	{lock_spin, unlock_spin, lock_spin, unlock_spin},
	{lock_semaphore, unlock_semaphore, lock_semaphore, unlock_semaphore},
	{nothing, post, wait_for_post, nothing},
	{nothing, come_to_barrier, come_to_barrier, destroy_barrier},
};

static struct object *_Atomic objects[OBJECTS];
static _Atomic int coming;

#ifdef HAZARD_ON_HEAP
static struct object *allocate(void)
{
	return malloc(sizeof(struct object));
}

static void give_back(struct object *object)
{
	free(object);
}
#else
static struct object *allocate(void)
{
	void *pages = mmap(NULL, sizeof(struct object), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return pages == MAP_FAILED ? NULL : pages;
}

static void give_back(struct object *object)
{
	munmap(object, sizeof(*object));
}
#endif

static struct object *make(void)
{
	struct object *object = allocate();

	need(object, "object");
	pthread_mutex_init(&object->mutex, NULL);
	pthread_rwlock_init(&object->rwlock, NULL);
	pthread_spin_init(&object->spin, PTHREAD_PROCESS_PRIVATE);
	need(!sem_init(&object->semaphore, 0, 0) && !sem_init(&object->semaphore_lock, 0, 1), "semaphores");
	need(!pthread_barrier_init(&object->barrier, NULL, 2), "barrier");
	return object;
}

static void *use_last(void *argument)
{
	const struct way *way = argument;

	for (int i = 0; i < object_count; i++) {
		while (!objects[i])
			hazard_sleep_us(1);
		coming = i + 1;
		way->take(objects[i]);
		way->leave(objects[i]);
		give_back(objects[i]);
	}
	return NULL;
}

static void run(const struct way *way)
{
	pthread_t last;

	memset(objects, 0, sizeof(objects));
	coming = 0;
	last = hazard_start(use_last, (void *)way);
	for (int i = 0; i < object_count; i++) {
		struct object *object = make();

		way->hold(object);
		objects[i] = object;
		while (coming <= i)
			hazard_sleep_us(1);
		hazard_sleep_us(1 + i % 32);
		way->give(object);
	}
	hazard_join(last);
}

int main(int argc, char **argv)
{
	hazard_limit(30);
	if (argc > 1 && atoi(argv[1]) < OBJECTS)
		object_count = atoi(argv[1]);
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		run(&ways[i]);
	return 0;
}
