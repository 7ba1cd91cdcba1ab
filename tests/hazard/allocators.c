/* SPDX-License-Identifier: MIT
 * flags: -rdynamic
 * part of: allocators_test.sh
 *
 * Goal: threads that allocate what others free, so that they meet inside the allocator, whichever it is; blocks keep what was
 * written to them. Says in which object malloc is, before and after a dump, and what threads there are then.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <stdatomic.h>

#include "hazard.h"

/* A program that sets its own jemalloc up so, linked or not, must not set up another's. */
const char *malloc_conf = "abort_conf:false,narenas:1,tcache:false,mutex_max_spin:0";

enum {
	THREADS = 8,
	ROUNDS = 4000,
	SLOTS = 512,
	LARGEST_BYTES = 3000,
};

static unsigned char *_Atomic slots[SLOTS];

/* A block begins with its length, and is full of its last byte. */
static unsigned char *make_block(unsigned number)
{
	uint16_t bytes = sizeof(bytes) + 1 + number * 37 % LARGEST_BYTES;
	unsigned char *block = malloc(bytes);

	need(block, "%u bytes", bytes);
	memset(block, (int)number & 0xff, bytes);
	memcpy(block, &bytes, sizeof(bytes));
	return block;
}

static void check_and_free(unsigned char *block)
{
	uint16_t bytes;

	if (!block)
		return;
	memcpy(&bytes, block, sizeof(bytes));
	for (unsigned i = sizeof(bytes); i < bytes; i++)
		need(block[i] == block[bytes - 1], "byte %u of %u", i, bytes);
	free(block);
}

static void *exchange_blocks(void *argument)
{
	unsigned number = (uintptr_t)argument;

	for (unsigned i = 0; i < ROUNDS; i++) {
		number = number * 1103515245 + 12345;
		check_and_free(atomic_exchange(&slots[number / 65536 % SLOTS], make_block(number / 7)));
	}
	return NULL;
}

static void storm(void)
{
	pthread_t threads[THREADS];

	for (uintptr_t i = 0; i < THREADS; i++)
		threads[i] = hazard_start(exchange_blocks, (void *)(i + 1));
	for (unsigned i = 0; i < THREADS; i++)
		hazard_join(threads[i]);
	hazard_contend(4, 100);
}

static void say_where(const char *name)
{
	void *address = dlsym(RTLD_DEFAULT, name);
	Dl_info info;

	need(address && dladdr(address, &info), "%s is somewhere", name);
	printf("%s is in %s\n", name, strrchr(info.dli_fname, '/') ? strrchr(info.dli_fname, '/') + 1 : info.dli_fname);
}

/* Threads with names of their own; the one of the profiler is known. */
static void say_threads(void)
{
	DIR *directory = opendir("/proc/self/task");
	char path[64], name[32];
	FILE *file;

	need(directory, "own threads");
	for (struct dirent *entry; (entry = readdir(directory));) {
		snprintf(path, sizeof(path), "/proc/self/task/%.16s/comm", entry->d_name);
		file = entry->d_name[0] == '.' ? NULL : fopen(path, "re");
		if (file && fgets(name, sizeof(name), file) && strcmp(name, "contend\n"))
			printf("thread %s", name);
		if (file)
			fclose(file);
	}
	closedir(directory);
}

int main(void)
{
	hazard_limit(60);
	if (!hazard_is_preloaded())
		signal(SIGUSR2, SIG_IGN);
	say_where("malloc");
	storm();
	kill(getpid(), SIGUSR2);
	storm();
	hazard_sleep_us(100000);
	say_where("malloc");
	say_where("free");
	say_threads();
	for (unsigned i = 0; i < SLOTS; i++)
		check_and_free(slots[i]);
	return 0;
}
