/* SPDX-License-Identifier: MIT
 *
 * Goal: the application's allocator is called as often as without us, whatever is recorded: with 40 keys made before any
 * preloaded library's constructor (so that a key of ours would cost an allocation in each thread), in new threads, in contended
 * locks and waits, cold and warm. The numbers are printed; the runner compares them with a bare run.
 */
#include "hazard/each_call.h"

enum {
	KEYS = 40,
	THREADS = 8,
};

void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);
void *__libc_realloc(void *block, size_t bytes);
void __libc_free(void *block);

static unsigned long calls;

/* free(NULL) does not count: libc makes one for each thread-local segment of a thread whose stack it uses again. */
static void count(void)
{
	__atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED);
}

void *malloc(size_t bytes)
{
	count();
	return __libc_malloc(bytes);
}

void *calloc(size_t number, size_t bytes)
{
	count();
	return __libc_calloc(number, bytes);
}

void *realloc(void *block, size_t bytes)
{
	count();
	return __libc_realloc(block, bytes);
}

void free(void *block)
{
	if (block)
		count();
	__libc_free(block);
}

static pthread_key_t keys[KEYS];
static struct hazard_rival rival;

static void make_keys(int argc, char **argv, char **environment)
{
	(void)argc, (void)argv, (void)environment;
	for (int i = 0; i < KEYS; i++)
		need(!pthread_key_create(&keys[i], NULL), "key %d", i);
}
__attribute__((section(".preinit_array"), used)) static void (*const preinit)(int, char **, char **) = make_keys;

static void *work(void *argument)
{
	hazard_rival_meet(&rival, 50);
	hazard_call_each();
	return argument;
}

static unsigned long count_in(void (*body)(void))
{
	unsigned long before = __atomic_load_n(&calls, __ATOMIC_RELAXED);

	body();
	return __atomic_load_n(&calls, __ATOMIC_RELAXED) - before;
}

static void work_here(void)
{
	work(NULL);
}

static void work_in_threads(void)
{
	for (int i = 0; i < THREADS; i++)
		hazard_join(hazard_start(work, NULL));
}

static void start_rival(void)
{
	hazard_rival_start(&rival);
}

int main(void)
{
	unsigned long numbers[5];
	int i = 0;

	hazard_limit(20);
	numbers[i++] = __atomic_load_n(&calls, __ATOMIC_RELAXED);
	numbers[i++] = count_in(start_rival);
	numbers[i++] = count_in(work_here);
	numbers[i++] = count_in(work_here);
	numbers[i++] = count_in(work_in_threads);
	printf("before main %lu, first thread %lu, cold %lu, warm %lu, %d threads %lu\n", numbers[0], numbers[1],
	       numbers[2], numbers[3], THREADS, numbers[4]);
	hazard_rival_stop(&rival);
	return 0;
}
