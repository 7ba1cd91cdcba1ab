/* SPDX-License-Identifier: MIT */
/* storm loads: threads that load and unload plug-ins, each its own copies of two versions, at one address in turn and at others;
 * they wait and contend when they come, are used and go. */
#include <dlfcn.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "stress.h"

enum {
	VERSIONS = 2,
	USES_LIMIT = 8,
	PAGE_BYTES = 4096,
	GAP_PAGES = 16,
	DUMP_EVERY = 64,
	PATH_BYTES = 4096,
	NAME_BYTES = 32, /* of a copy */
};

/* A file of its own for the loader, beside nothing else of that name. Unseen: no wait that is not counted. */
static void copy_file(const char *from, const char *to)
{
	struct stat status;
	int source = open(from, O_RDONLY | O_CLOEXEC), copy = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);

	need(source >= 0 && copy >= 0 && !fstat(source, &status), "%s to be copied to %s", from, to);
	need(unseen_call(SYS_sendfile, copy, source, 0, status.st_size) == status.st_size, "copied");
	close(source);
	close(copy);
}

/* They stay: profiles that are written later take names from them. */
static void make_copies(const char *directory, unsigned number)
{
	int length = (int)(strrchr(stress_program, '/') + 1 - stress_program);
	char from[PATH_BYTES], to[PATH_BYTES + NAME_BYTES];

	for (int version = 0; version < VERSIONS; version++) {
		snprintf(from, sizeof(from), "%.*sloads_plugin_%c.so", length, stress_program, 'a' + version);
		snprintf(to, sizeof(to), "%s/%c.%u.so", directory, 'a' + version, number);
		copy_file(from, to);
	}
}

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
	uint64_t loaded;
	char path[PATH_BYTES + NAME_BYTES];

	for (loaded = 0; !stress_is_over(worker->stress); loaded++) {
		snprintf(path, sizeof(path), "%s/%c.%u.so", (const char *)worker->shared,
			 'a' + stress_below(&worker->random, VERSIONS), worker->number);
		load_somewhere(path, &worker->random);
		if (stress_below(&worker->random, DUMP_EVERY) == 0)
			stress_ask_for_dump();
	}
	stress_note("loaded plug-ins", loaded);
	return NULL;
}

void storm_loads(const struct stress *stress)
{
	char directory[PATH_BYTES];

	need(getcwd(directory, sizeof(directory) - NAME_BYTES), "where we are");
	need(mkdtemp(strcat(directory, "/loads.XXXXXX")), "a directory for copies");
	for (unsigned number = 0; number < stress->threads; number++)
		make_copies(directory, number);
	stress_run(stress, stress->threads, load, directory);
}
