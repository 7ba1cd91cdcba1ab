/* SPDX-License-Identifier: MIT */
/* storm tables: more stacks, objects, and locks waited for at a time than the region holds. */
#include <dlfcn.h>

#include "address_hash.h"
#include "plugin_copies.h"
#include "stress.h"

enum {
	OBJECTS = 1100, /* loaded at a time; the region holds 1024 */
	LOCKS = 24,     /* waited for at a time, and all in one bucket, of 7 */
	BUCKET_BITS = 10,
	CANDIDATES = LOCKS << (BUCKET_BITS + 1),
	DEPTH_LIMIT = 110,
	DEEP = 180, /* more frames than are kept */
	DEEP_EVERY = 64,
	BRANCHES = 4,
	WALKS_LEAST = 24000, /* of all threads together: what the table holds, twice */
	QUICK_WAITS = 8,     /* of the certain ones the first do not sleep: more stacks in a second */
};

static volatile uint64_t turned;

/* A stack for each path. Something is done after each call, another thing each time: they stay calls, and stay apart. */
__attribute__((noinline)) static void walk(uint64_t path, unsigned depth)
{
	if (depth == 0) {
		certain_wait(path % QUICK_WAITS);
		turned = BRANCHES;
		return;
	}
	switch (path % BRANCHES) {
	case 0:
		walk(path / BRANCHES, depth - 1);
		turned = 0;
		break;
	case 1:
		walk(path / BRANCHES, depth - 1);
		turned = 1;
		break;
	case 2:
		walk(path / BRANCHES, depth - 1);
		turned = 2;
		break;
	default:
		walk(path / BRANCHES, depth - 1);
		turned = 3;
	}
}

static void *wait_everywhere(void *argument)
{
	struct stress_worker *worker = argument;
	uint64_t walks;

	for (walks = 0; walks < WALKS_LEAST / worker->stress->threads || !stress_is_over(worker->stress); walks++) {
		bool is_deep = stress_below(&worker->random, DEEP_EVERY) == 0;

		walk(stress_next(&worker->random), is_deep ? DEEP : stress_below(&worker->random, DEPTH_LIMIT));
	}
	stress_note("paths", walks);
	return NULL;
}

/* Loads and uses them all; they stay loaded until unload_all. */
static void load_all(void **out_objects)
{
	char directory[PATH_MAX], path[PLUGIN_COPY_BYTES];

	plugin_copies_begin(directory);
	for (unsigned i = 0; i < OBJECTS; i++) {
		void (*use)(uint64_t choice);

		plugin_copy(directory, "tables_plugin", i, path);
		out_objects[i] = dlopen(path, RTLD_NOW);
		need(out_objects[i], "%s", dlerror());
		use = (void (*)(uint64_t choice))dlsym(out_objects[i], "tables_plugin_use");
		need(use, "%s", dlerror());
		use(i);
	}
}

static void unload_all(void **objects)
{
	for (unsigned i = 0; i < OBJECTS; i++)
		need(!dlclose(objects[i]), "%s", dlerror());
}

/* Mutexes that begin to be looked for at one place. */
static void choose_locks(pthread_mutex_t *candidates, pthread_mutex_t **out_locks)
{
	uint32_t bucket = address_hash(candidates, BUCKET_BITS);
	unsigned found = 0;

	for (unsigned i = 0; i < CANDIDATES && found < LOCKS; i++)
		if (address_hash(&candidates[i], BUCKET_BITS) == bucket)
			out_locks[found++] = &candidates[i];
	need(found == LOCKS, "%u locks in one bucket", found);
}

static void *contend_in_one_bucket(void *argument)
{
	const struct stress *stress = argument;
	pthread_mutex_t *candidates = calloc(CANDIDATES, sizeof(*candidates)), *locks[LOCKS];
	uint64_t times = 0;

	need(candidates, "memory");
	choose_locks(candidates, locks);
	do {
		certain_contend_for(locks, LOCKS);
		times++;
	} while (!stress_is_over(stress));
	stress_note("times that many locks of one bucket", times);
	free(candidates);
	return NULL;
}

void storm_tables(const struct stress *stress)
{
	void **objects = calloc(OBJECTS, sizeof(*objects));
	pthread_t contention;

	need(objects, "memory");
	load_all(objects);
	contention = hazard_start(contend_in_one_bucket, (void *)stress);
	stress_run(stress, stress->threads, wait_everywhere, NULL);
	need(unseen_join(contention), "the locks");
	unload_all(objects);
	free(objects);
}
