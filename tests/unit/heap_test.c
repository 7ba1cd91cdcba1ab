/* SPDX-License-Identifier: MIT */
/* Goal: the private heap gives and takes memory, leaves errno alone, gives it back to the system, and works again after
 * a fork that met it in the middle of a call. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include "check.h"
#include "heap.h"

enum { BLOCKS = 2000, FORKS = 60 };

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { IS_SANITIZED = 1 };
#else
enum { IS_SANITIZED = 0 };
#endif

static void *blocks[BLOCKS];

static size_t block_bytes(unsigned i, unsigned round)
{
	static const size_t bytes[] = {0, 1, 24, 100, 4096, 5000, 20000, 70000};

	return bytes[(i * 7 + round) % 8] + i % 13;
}

static bool is_filled(const unsigned char *block, unsigned char byte, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		if (block[i] != byte)
			return false;
	return true;
}

/* Takes, fills, grows, compares and gives back many blocks; the number of wrong bytes. */
static unsigned use(void)
{
	unsigned wrong = 0;

	for (unsigned i = 0; i < BLOCKS; i++) {
		blocks[i] = heap_alloc(block_bytes(i, 0));
		if (!blocks[i])
			return BLOCKS;
		memset(blocks[i], i & 0xff, block_bytes(i, 0));
	}
	for (unsigned i = 0; i < BLOCKS; i += 2) {
		blocks[i] = heap_resize(blocks[i], block_bytes(i, 0) + block_bytes(i, 3));
		wrong += !blocks[i] || !is_filled(blocks[i], i & 0xff, block_bytes(i, 0));
	}
	for (unsigned i = 0; i < BLOCKS; i++) {
		wrong += !is_filled(blocks[i], i & 0xff, block_bytes(i, 0));
		heap_free(blocks[i]);
	}
	return wrong;
}

static void check_use(void)
{
	char *zeroed;

	is_u64(use(), 0, "every block keeps what is written to it");
	is_u64(heap_used_bytes(), 0, "all of it is given back");
	zeroed = heap_alloc_array(300, 300);
	ok(zeroed && is_filled((unsigned char *)zeroed, 0, 90000), "an array is zeroed");
	ok(heap_used_bytes() >= 90000 && heap_used_bytes() < 200000, "and counted: %zu bytes", heap_used_bytes());
	heap_free(zeroed);
	heap_free(NULL);
	zeroed = heap_for_protobuf.alloc(NULL, 0);
	ok(zeroed && ((uintptr_t)zeroed & 15) == 0, "no bytes are a block, too");
	heap_for_protobuf.free(NULL, zeroed);
	zeroed = heap_zlib_alloc(Z_NULL, 10, 20);
	ok(zeroed && is_filled((unsigned char *)zeroed, 0, 200), "zlib gets memory");
	heap_zlib_free(Z_NULL, zeroed);
}

static void check_refusals(void)
{
	size_t absurd = SIZE_MAX / 2 - 4096;
	void *kept = heap_alloc(10);

	errno = 77;
	ok(!heap_alloc(absurd) && !heap_alloc_array(SIZE_MAX / 8, 16) && !heap_resize(kept, absurd),
	   "too much is refused");
	is_u64(errno, 77, "errno is the application's");
	heap_free(kept);
}

static long resident_kib(void)
{
	FILE *statm = fopen("/proc/self/statm", "r");
	long pages = 0;

	if (fscanf(statm, "%*d %ld", &pages) != 1)
		pages = 0;
	fclose(statm);
	return pages * 4;
}

static void check_gives_back(void)
{
	long before = resident_kib();
	char *large = heap_alloc(64 << 20);

	memset(large, 1, 64 << 20);
	ok(resident_kib() > before + 60000, "64 MiB are used");
	heap_free(large);
	ok(resident_kib() < before + 4096, "and are the system's again at once: %ld KiB more than before",
	   resident_kib() - before);
}

static volatile sig_atomic_t forks, bad_children;

static void alarm_soon(void)
{
	struct itimerval once = {.it_value = {.tv_usec = 500 + forks * 97}};

	setitimer(ITIMER_REAL, &once, NULL);
}

/* Forks wherever the heap happens to be. */
static void on_alarm(int signal)
{
	int status = -1;
	pid_t child = fork();

	(void)signal;
	if (child == 0) {
		heap_reset();
		_exit(heap_used_bytes() == 0 && use() == 0 && heap_used_bytes() == 0 ? 0 : 1);
	}
	if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
		bad_children++;
	if (++forks < FORKS)
		alarm_soon();
}

static void check_fork(void)
{
	unsigned wrong = 0;

	signal(SIGALRM, on_alarm);
	alarm_soon();
	while (forks < FORKS)
		wrong += use();
	is_u64(bad_children, 0, "children of a fork in the middle of anything use the heap after a reset");
	is_u64(wrong, 0, "and the parent's is unharmed");
}

/* From the very first block on: the process must live on without. */
static bool lives_without_memory(void)
{
	struct rlimit whole, none;

	heap_reset();
	getrlimit(RLIMIT_AS, &whole);
	none = whole;
	none.rlim_cur = 1;
	setrlimit(RLIMIT_AS, &none);
	if (heap_alloc(1000) || heap_alloc_array(100, 100) || heap_resize(NULL, 100))
		return false;
	setrlimit(RLIMIT_AS, &whole);
	return use() == 0;
}

static void check_no_memory(void)
{
	int status = -1;
	pid_t child = fork();

	if (child == 0)
		_exit(lives_without_memory() ? 0 : 1);
	waitpid(child, &status, 0);
	is_u64(status, 0, "a process without any memory to be had is refused, and gets it when there is some again");
}

static void check_reset(void)
{
	void *first = heap_alloc(1000), *second;

	use();
	heap_reset();
	is_u64(heap_used_bytes(), 0, "nothing is in use after a reset");
	second = heap_alloc(1000);
	ok(first && second && use() == 0, "and all works");
	heap_reset();
	heap_reset();
	ok(use() == 0, "also twice");
}

int main(void)
{
	setenv("MALLOC_CONF", "abort_conf:true,junk:true,no_such_option:1,background_thread:true", 1);
	check_use();
	if (IS_SANITIZED) {
		skip(10, "sanitizers bring their own heap, and hold signals back until it is at rest");
		return done();
	}
	check_refusals();
	check_gives_back();
	check_fork();
	check_no_memory();
	check_reset();
	return done();
}
