/* SPDX-License-Identifier: MIT */
/* Goal: whatever depth and memory are asked for, all tables lie inside the region, all of what they hand out is there, and
 * the file is ours alone and goes away. */
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "config.h"
#include "kernel.h"
#include "region.h"

static char directory[] = "/dev/shm/contend-region-test.XXXXXX";

static void complain(const char *line)
{
	ok(false, "no complaint: %s", line);
}

static void configure(const char *memory, const char *depth, const char *region_dir)
{
	char texts[3][256];
	char *environment[] = {texts[0], texts[1], texts[2], NULL};

	snprintf(texts[0], sizeof(texts[0]), "CONTEND_MEMORY=%s", memory);
	snprintf(texts[1], sizeof(texts[1]), "CONTEND_DEPTH=%s", depth);
	snprintf(texts[2], sizeof(texts[2]), "CONTEND_REGION_DIR=%s", region_dir);
	config_read(environment, complain);
	clock_init();
	threads_startup();
}

/* Enters stacks until the overflow sample comes back; returns how many fitted. */
static unsigned long fill_samples(void)
{
	uint64_t frames[SAMPLE_DEPTH_LIMIT];
	struct sample_key key = {.depth = (unsigned)config.depth, .frames = frames};
	unsigned long entered = 0;

	memset(frames, 0x11, sizeof(frames));
	for (;; entered++) {
		frames[0] = entered;
		if (sample_table_find(&key)->depth != key.depth)
			return entered;
	}
}

static void touch_records(const struct region *region)
{
	for (uint32_t i = 0; i < atomic_load(&region->threads.reserved); i++)
		memset(thread_table_at(&region->threads, i), 0, region->threads.stride_bytes);
}

static bool lies_inside(const struct region *region)
{
	const char *end = (const char *)region + region->header.bytes;
	const char *records = (const char *)thread_table_at(&region->threads, 0);
	const char *arena = (const char *)&region->samples + region->samples.arena_offset;

	return arena + region->samples.arena_limit_bytes <= records && arena > (const char *)&region->samples &&
	       (const char *)thread_table_at(&region->threads, region->threads.limit) <= end;
}

static bool is_private_file(uint64_t bytes)
{
	struct stat file, folder;
	char path[REGION_PATH_BYTES];

	snprintf(path, sizeof(path), "%s", region_path());
	if (stat(path, &file) != 0)
		return false;
	*strrchr(path, '/') = '\0';
	return stat(path, &folder) == 0 && (file.st_mode & 07777) == 0600 && (folder.st_mode & 07777) == 0700 &&
	       (uint64_t)file.st_size == bytes;
}

/* In a process of its own, because a process has one region. */
static int use_region(void)
{
	struct region *region = region_create() ? region_mine() : NULL;
	uint64_t base_bytes;

	if (!region || !lies_inside(region) || !is_private_file(region->header.bytes))
		return 1;
	base_bytes = atomic_load(&region->samples.arena_reserved_bytes);
	if (fill_samples() == 0 || atomic_load(&region->samples.arena_reserved_bytes) <= base_bytes)
		return 2;
	touch_records(region);
	region_reserve_all();
	if (atomic_load(&region->threads.reserved) != region->threads.limit || region->threads.limit < 32)
		return 3;
	touch_records(region);
	return region_close() && access(region_path(), F_OK) != 0 ? 0 : 4;
}

/* Reserved at once, or no more of it: what is there is used, and no system call is made for more. */
static int use_what_is_there(void)
{
	struct region *region = region_create() ? region_mine() : NULL;
	uint64_t base_bytes;

	if (!region)
		return 1;
	base_bytes = atomic_load(&region->samples.arena_reserved_bytes);
	kernel_forbid();
	if (fill_samples() == 0 || atomic_load(&region->samples.arena_reserved_bytes) != base_bytes)
		return 2;
	region_reserve_all();
	if (fill_samples() == 0 ||
	    atomic_load(&region->samples.arena_reserved_bytes) != region->samples.arena_limit_bytes)
		return 3;
	return region_close() ? 0 : 4;
}

/* The exit status of `body` in a child; 128 + signal if it was killed. */
static int in_child(int (*body)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(body());
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void all_sizes_hold(void)
{
	static const char *const memories[] = {"2m", "3m", "8m", "64m"}, *const depths[] = {"2", "128", "1024"};

	for (size_t m = 0; m < sizeof(memories) / sizeof(memories[0]); m++)
		for (size_t d = 0; d < sizeof(depths) / sizeof(depths[0]); d++) {
			configure(memories[m], depths[d], directory);
			is_u64((uint64_t)in_child(use_region), 0, "%s of memory, stacks of %s", memories[m], depths[d]);
		}
}

/* Two programs of one process, one after the other, and a child: none takes the other's file. */
static int create_twice(void)
{
	char first[REGION_PATH_BYTES];

	if (!region_create())
		return 1;
	snprintf(first, sizeof(first), "%s", region_path());
	if (!region_create() || strcmp(first, region_path()) == 0)
		return 2;
	return access(first, F_OK) == 0 && unlink(first) == 0 && region_close() ? 0 : 3;
}

static int create_anonymous(void)
{
	struct region *region = region_create() ? region_mine() : NULL;

	return region && !region_path()[0] && lies_inside(region) && fill_samples() > 1000 && region_close() ? 0 : 1;
}

/* The first process of a user must not shut the directory for all others, whatever its umask. */
static int create_masked(void)
{
	umask(0777);
	return region_create() && is_private_file(region_mine()->header.bytes) && region_close() ? 0 : 1;
}

static bool is_in_memory(const char *path)
{
	struct statfs filesystem;

	return statfs(path, &filesystem) == 0 && filesystem.f_type == TMPFS_MAGIC;
}

int main(void)
{
	ok(mkdtemp(directory) != NULL, "a directory");
	configure("8m", "128", directory);
	is_u64((uint64_t)in_child(create_masked), 0, "directory and file are ours under any umask");
	all_sizes_hold();
	configure("8m", "128", directory);
	is_u64((uint64_t)in_child(create_twice), 0, "the file of an earlier program is left alone");
	is_u64((uint64_t)in_child(use_what_is_there), 0, "nothing is reserved where that is forbidden");
	configure("8m", "128", "/nonexistent");
	is_u64((uint64_t)in_child(create_anonymous), 0, "without a directory there is anonymous memory");
	configure("8m", "128", "/tmp");
	if (is_in_memory("/tmp"))
		skip(1, "/tmp is a tmpfs here");
	else
		is_u64((uint64_t)in_child(create_anonymous), 0, "a disk is no place for a region");
	char folder[64];

	snprintf(folder, sizeof(folder), "%s/contend-%u", directory, geteuid());
	ok(rmdir(folder) == 0 && rmdir(directory) == 0, "nothing is left");
	return done();
}
