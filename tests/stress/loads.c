/* SPDX-License-Identifier: MIT */
/* storm loads: threads that load and unload plug-ins, each its own copies of two versions, at one address in turn and at others;
 * they wait and contend when they come, are used and go. */
#include <dlfcn.h>
#include <sys/mman.h>

#include "plugin_copies.h"
#include "stress.h"

enum {
	USES_LIMIT = 8,
	PAGE_BYTES = 4096,
	GAP_PAGES = 16,
	DUMP_EVERY = 64,
};

static const char *const versions[] = {"loads_plugin_a", "loads_plugin_b"};

enum { VERSIONS = sizeof(versions) / sizeof(versions[0]) };

__attribute__((noinline)) static void load_and_use(const char *path, struct stress_random *random)
{
	unsigned uses = stress_below(random, USES_LIMIT);
	void *plugin = dlopen(path, stress_below(random, 2) ? RTLD_NOW : RTLD_LAZY);
	void (*use)(uint64_t choice);

	need(plugin, "%s", dlerror());
	use = (void (*)(uint64_t choice))dlsym(plugin, "plugin_use");
	need(use, "%s", dlerror());
	for (unsigned i = 0; i < uses; i++)
		use(stress_next(random) >> 1);
	need(!dlclose(plugin), "%s", dlerror());
}

/* Every other time something lies where it would be loaded. */
static void load_somewhere(const char *path, struct stress_random *random)
{
	size_t gap_bytes = (1 + stress_below(random, GAP_PAGES)) * PAGE_BYTES;
	void *gap = stress_below(random, 2) ? MAP_FAILED
					    : mmap(NULL, gap_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	load_and_use(path, random);
	if (gap != MAP_FAILED)
		munmap(gap, gap_bytes);
}

static void *load(void *argument)
{
	struct stress_worker *worker = argument;
	char path[PLUGIN_COPY_BYTES];
	uint64_t loaded;

	for (loaded = 0; !stress_is_over(worker->stress); loaded++) {
		plugin_copy_path(worker->shared, versions[stress_below(&worker->random, VERSIONS)], worker->number,
				 path);
		load_somewhere(path, &worker->random);
		if (stress_below(&worker->random, DUMP_EVERY) == 0)
			stress_ask_for_dump();
	}
	stress_note("loaded plug-ins", loaded);
	return NULL;
}

void storm_loads(const struct stress *stress)
{
	char directory[PATH_MAX], path[PLUGIN_COPY_BYTES];

	plugin_copies_begin(directory);
	for (unsigned number = 0; number < stress->threads; number++)
		for (int version = 0; version < VERSIONS; version++)
			plugin_copy(directory, versions[version], number, path);
	stress_run(stress, stress->threads, load, directory);
}
