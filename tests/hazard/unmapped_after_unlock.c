/* SPDX-License-Identifier: MIT
 *
 * Goal: an object with a mutex inside that its last user unmaps right after the unlock: nothing of the mutex may be touched
 * once it was given up, by the unlock or by the recording after it.
 */
#include <sys/mman.h>

#include "hazard.h"

enum {
	OBJECTS = 10000,
	USERS = 3,
};

struct object {
	pthread_mutex_t mutex;
	int users; /* protected by mutex */
};

static struct object *_Atomic objects[OBJECTS];
static pthread_barrier_t barrier;

static void leave(struct object *object)
{
	bool is_last;

	need(!pthread_mutex_lock(&object->mutex), "lock");
	is_last = --object->users == 0;
	need(!pthread_mutex_unlock(&object->mutex), "unlock");
	if (is_last)
		munmap(object, sizeof(*object));
}

static void *use(void *argument)
{
	bool makes = argument != NULL;

	for (int i = 0; i < OBJECTS; i++) {
		if (makes) {
			struct object *object =
				mmap(NULL, sizeof(*object), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

			need(object != MAP_FAILED, "object");
			pthread_mutex_init(&object->mutex, NULL);
			object->users = USERS;
			objects[i] = object;
		}
		while (!objects[i])
			sched_yield();
		leave(objects[i]);
	}
	pthread_barrier_wait(&barrier);
	return NULL;
}

int main(void)
{
	pthread_t threads[USERS];

	hazard_limit(20);
	pthread_barrier_init(&barrier, NULL, USERS);
	for (int i = 0; i < USERS; i++)
		threads[i] = hazard_start(use, i ? NULL : &barrier);
	for (int i = 0; i < USERS; i++)
		hazard_join(threads[i]);
	return 0;
}
