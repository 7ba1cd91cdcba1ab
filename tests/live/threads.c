/* SPDX-License-Identifier: MIT */
/* threads WAY [COUNT]: a process whose threads wait as its first argument says, for `contend threads` to look at. Prints "ready" when
 * they have begun; ends when its standard input does, whatever its threads do.
 */
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "threads_kinds.h"

enum { THREADS_LIMIT = 2000 };

static pthread_mutex_t first_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t ring[THREADS_LIMIT];
static pthread_rwlock_t table_lock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_barrier_t both_hold;
static unsigned count = 2;
static _Atomic unsigned begun, woken;

/* What the last one waits for, the first one holds. */
static OWN_FRAME void take_two(unsigned number)
{
	pthread_mutex_lock(&ring[number]);
	pthread_barrier_wait(&both_hold);
	pthread_mutex_lock(&ring[(number + 1) % count]);
	NO_TAIL_CALL();
}

static void *run_ring(void *number)
{
	take_two((unsigned)(uintptr_t)number);
	return NULL;
}

static void make_ring(void)
{
	char name[16];

	pthread_barrier_init(&both_hold, NULL, count);
	for (unsigned i = 0; i < count; i++)
		pthread_mutex_init(&ring[i], NULL);
	for (unsigned i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "ring-%u", i);
		start(name, run_ring, (void *)(uintptr_t)i);
	}
}

/* One that waits for what somebody in the ring holds. */
static void *stand_behind(void *unused)
{
	(void)unused;
	pthread_mutex_lock(&ring[0]);
	return NULL;
}

static void make_ring_with_tail(void)
{
	make_ring();
	t_sleep_ms(100);
	start("behind", stand_behind, NULL);
}

static void *write_then_lock(void *unused)
{
	(void)unused;
	pthread_rwlock_wrlock(&table_lock);
	pthread_barrier_wait(&both_hold);
	pthread_mutex_lock(&first_lock);
	return NULL;
}

static void *lock_then_read(void *unused)
{
	(void)unused;
	pthread_mutex_lock(&first_lock);
	pthread_barrier_wait(&both_hold);
	pthread_rwlock_rdlock(&table_lock);
	return NULL;
}

static void make_mixed(void)
{
	pthread_barrier_init(&both_hold, NULL, 2);
	start("writer", write_then_lock, NULL);
	start("reader", lock_then_read, NULL);
}

static void *lock_first(void *unused)
{
	(void)unused;
	pthread_mutex_lock(&first_lock);
	return NULL;
}

static void *lock_and_join(void *unused)
{
	(void)unused;
	pthread_mutex_lock(&first_lock);
	pthread_join(start("joined", lock_first, NULL), NULL);
	return NULL;
}

static void make_joined(void)
{
	start("joining", lock_and_join, NULL);
}

/* Holds the second one, and is woken while the first one, which it must have back, is held by who waits for the second. */
static void *wait_for_news(void *unused)
{
	(void)unused;
	pthread_mutex_lock(&second_lock);
	pthread_mutex_lock(&first_lock);
	atomic_store(&begun, 1);
	while (!atomic_load(&woken))
		pthread_cond_wait(&news, &first_lock);
	return NULL;
}

static void *bring_news(void *unused)
{
	(void)unused;
	t_await(&begun, 1);
	pthread_mutex_lock(&first_lock);
	atomic_store(&woken, 1);
	pthread_cond_signal(&news);
	pthread_mutex_lock(&second_lock);
	return NULL;
}

static void make_condition(void)
{
	start("listener", wait_for_news, NULL);
	start("messenger", bring_news, NULL);
}

static void *lock_twice(void *unused)
{
	(void)unused;
	pthread_mutex_lock(&first_lock);
	pthread_mutex_lock(&first_lock);
	return NULL;
}

static void make_self(void)
{
	start("selfish", lock_twice, NULL);
}

static void make_gone(void)
{
	pthread_join(start("gone", lock_first, NULL), NULL);
	start("left-behind", lock_first, NULL);
}

/* A circle that ends by itself, after a minute. */
static void *lock_with_limit(void *unused)
{
	struct timespec deadline;

	(void)unused;
	pthread_mutex_lock(&second_lock);
	pthread_barrier_wait(&both_hold);
	clock_gettime(CLOCK_REALTIME, &deadline);
	deadline.tv_sec += 60;
	pthread_mutex_timedlock(&first_lock, &deadline);
	return NULL;
}

static void *lock_without_limit(void *unused)
{
	(void)unused;
	pthread_mutex_lock(&first_lock);
	pthread_barrier_wait(&both_hold);
	pthread_mutex_lock(&second_lock);
	return NULL;
}

static void make_limited(void)
{
	pthread_barrier_init(&both_hold, NULL, 2);
	start("patient", lock_without_limit, NULL);
	start("impatient", lock_with_limit, NULL);
}

/* Locks in order, so that there is contention and never a deadlock. */
static void *be_busy(void *number)
{
	for (unsigned turn = (unsigned)(uintptr_t)number;; turn++) {
		pthread_mutex_t *lower = turn % 2 ? &first_lock : &ring[0], *upper = turn % 3 ? &second_lock : &ring[1];

		pthread_mutex_lock(lower);
		pthread_mutex_lock(upper);
		if (turn % 5)
			pthread_rwlock_rdlock(&table_lock);
		else
			pthread_rwlock_wrlock(&table_lock);
		pthread_rwlock_unlock(&table_lock);
		pthread_mutex_unlock(upper);
		pthread_mutex_unlock(lower);
	}
	return NULL;
}

static void make_busy(void)
{
	pthread_mutex_init(&ring[0], NULL);
	pthread_mutex_init(&ring[1], NULL);
	for (unsigned i = 0; i < count; i++)
		start("busy", be_busy, (void *)(uintptr_t)i);
}

static OWN_FRAME void wait_in_crowd(void)
{
	pthread_mutex_lock(&first_lock);
	NO_TAIL_CALL();
}

static void *join_crowd(void *unused)
{
	(void)unused;
	wait_in_crowd();
	return NULL;
}

static void make_crowd(void)
{
	pthread_mutex_lock(&first_lock);
	for (unsigned i = 0; i < count; i++)
		start("crowd", join_crowd, NULL);
}

static void make_nothing(void)
{
}

/* The process ends, and a thread of it never gets what it waits for. */
static OWN_FRAME void wait_at_exit(void)
{
	pthread_mutex_lock(&first_lock);
	NO_TAIL_CALL();
}

static void make_exit(void)
{
	pthread_mutex_lock(&first_lock);
	atexit(wait_at_exit);
	printf("ready\n");
	fflush(stdout);
	exit(0);
}

static const struct {
	const char *name;
	void (*make)(void);
} ways[] = {
	{"ring", make_ring},     {"tail", make_ring_with_tail}, {"mixed", make_mixed},
	{"joined", make_joined}, {"condition", make_condition}, {"self", make_self},
	{"gone", make_gone},     {"limited", make_limited},     {"busy", make_busy},
	{"crowd", make_crowd},   {"single", make_nothing},      {"exit", make_exit},
};

int main(int argc, char **argv)
{
	char byte;

	if (argc < 2 || pipe(pipes))
		return 2;
	if (!strcmp(argv[1], "kinds")) {
		make_kinds(argv[2]);
	} else {
		if (argc > 2)
			count = (unsigned)atoi(argv[2]);
		for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
			if (!strcmp(ways[i].name, argv[1]))
				ways[i].make();
	}
	printf("ready\n");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	if (child)
		kill(child, SIGKILL);
	_exit(0);
}
