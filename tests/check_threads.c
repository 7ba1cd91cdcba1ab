/* SPDX-License-Identifier: MIT */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

enum {
	THREADS_LIMIT = 1024,
	AWAIT_SECONDS = 10,
};

struct group {
	void (*body)(unsigned number, void *argument);
	void *argument;
	pthread_barrier_t start;
};

struct member {
	struct group *group;
	unsigned number;
	pthread_t thread;
};

static void *member_main(void *argument)
{
	struct member *member = argument;

	pthread_barrier_wait(&member->group->start);
	member->group->body(member->number, member->group->argument);
	return NULL;
}

void t_run(unsigned threads, void (*body)(unsigned number, void *argument), void *argument)
{
	struct group group = {.body = body, .argument = argument};
	struct member *members = calloc(threads, sizeof(*members));

	if (!members || threads > THREADS_LIMIT || pthread_barrier_init(&group.start, NULL, threads)) {
		printf("Bail out! cannot start %u threads\n", threads);
		exit(1);
	}
	for (unsigned i = 0; i < threads; i++) {
		members[i] = (struct member){.group = &group, .number = i};
		if (pthread_create(&members[i].thread, NULL, member_main, &members[i])) {
			printf("Bail out! cannot start thread %u\n", i);
			exit(1);
		}
	}
	for (unsigned i = 0; i < threads; i++)
		pthread_join(members[i].thread, NULL);
	pthread_barrier_destroy(&group.start);
	free(members);
}

static uint64_t read_clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

uint64_t t_now_ns(void)
{
	return read_clock_ns(CLOCK_MONOTONIC);
}

uint64_t t_cpu_ns(void)
{
	return read_clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

void t_sleep_ms(unsigned ms)
{
	struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};

	while (nanosleep(&left, &left))
		;
}

void t_spin_us(unsigned us)
{
	uint64_t end_ns = t_now_ns() + us * UINT64_C(1000);

	while (t_now_ns() < end_ns)
		;
}

bool t_await(const _Atomic unsigned *word, unsigned value)
{
	uint64_t end_ns = t_now_ns() + AWAIT_SECONDS * UINT64_C(1000000000);

	while (atomic_load(word) < value) {
		if (t_now_ns() > end_ns)
			return false;
		t_sleep_ms(1);
	}
	return true;
}

struct contest {
	pthread_mutex_t *mutex;
	unsigned rounds;
	unsigned hold_us;
	uint64_t sections; /* protected by *mutex */
};

static void contest_body(unsigned number, void *argument)
{
	struct contest *contest = argument;

	(void)number;
	for (unsigned i = 0; i < contest->rounds; i++) {
		pthread_mutex_lock(contest->mutex);
		contest->sections++;
		t_spin_us(contest->hold_us);
		pthread_mutex_unlock(contest->mutex);
	}
}

uint64_t t_contend(pthread_mutex_t *mutex, unsigned threads, unsigned rounds, unsigned hold_us)
{
	struct contest contest = {.mutex = mutex, .rounds = rounds, .hold_us = hold_us};

	t_run(threads, contest_body, &contest);
	return contest.sections;
}
