/* SPDX-License-Identifier: MIT
 *
 * Goal: a lock made of a futex may be gone from memory when its last holder wakes: another was quicker, took it, gave it and
 * unmapped it. The wake of such a word is no error and finds whoever still sleeps there; so nothing may look at the word. Nor is a
 * word that cannot be read an error of ours.
 */
#include <linux/futex.h>
#include <sys/mman.h>

#include "hazard.h"

enum { ROUNDS = 100, SLEEPERS = 2, PAGE = 4096 };

static _Atomic unsigned *word;
static _Atomic pid_t sleeping[SLEEPERS];
static _Atomic int woken;

static long wake(unsigned waiters)
{
	return syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, waiters, NULL, NULL, 0);
}

/* Whoever is woken does not look at the word again: it may be gone. */
static void *sleep_on_word(void *argument)
{
	int number = (int)(intptr_t)argument;

	sleeping[number] = gettid();
	while (syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, 2, NULL, NULL, 0) == -1)
		need(errno == EINTR, "woken");
	woken++;
	return NULL;
}

static void map_word(void)
{
	word = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	need(word != MAP_FAILED, "a word");
	*word = 2;
}

static void await_sleepers(void)
{
	for (int i = 0; i < SLEEPERS; i++) {
		while (!sleeping[i])
			hazard_sleep_us(50);
		hazard_await_asleep(sleeping[i]);
	}
}

static void unmap(void)
{
	need(!munmap((void *)word, PAGE), "unmapped");
}

static void protect(void)
{
	need(!mprotect((void *)word, PAGE, PROT_NONE), "made unreadable");
}

static void keep(void)
{
	*word = 0;
}

/* One waiter is woken, then the others, then nobody; the memory goes before. */
static void wake_after(void (*go)(void))
{
	pthread_t thread[SLEEPERS];

	map_word();
	woken = 0;
	for (int i = 0; i < SLEEPERS; i++) {
		sleeping[i] = 0;
		thread[i] = hazard_start(sleep_on_word, (void *)(intptr_t)i);
	}
	await_sleepers();
	go();
	errno = 4711;
	need(wake(1) == 1, "one was woken");
	need(wake(SLEEPERS) == SLEEPERS - 1, "the others were woken");
	need(wake(1) == 0 && errno == 4711, "nobody was");
	for (int i = 0; i < SLEEPERS; i++)
		hazard_join(thread[i]);
	need(woken == SLEEPERS, "all woke");
	if (go != unmap)
		unmap();
}

int main(void)
{
	hazard_limit(20);
	for (int round = 0; round < ROUNDS; round++) {
		wake_after(keep);
		wake_after(unmap);
		wake_after(protect);
	}
	return 0;
}
