/* SPDX-License-Identifier: MIT */
/* stage: one thread has something, another wants it, ROUNDS times, and how long that took by the program's own clock.
 *
 * A scene is two functions. The first calls stage_have() when it has what the other wants, and then gives it; the second calls
 * stage_want() just before it waits and stage_got() just after. For each scene a line is printed: what the profiles must make of
 * it, the names of the two functions, what was waited and how much of it until it was given.
 */
#ifndef CONTEND_TESTS_STAGE_H
#define CONTEND_TESTS_STAGE_H

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { STAGE_ROUNDS = 10, STAGE_HOLD_MS = 20 };

/* A function with a frame under its own name. */
#define SCENE          __attribute__((noinline)) static void
#define NO_TAIL_CALL() __asm__ volatile("" ::: "memory")

static struct {
	int has, wants;
	uint64_t since_ns, given_ns, waited_ns, caused_ns;
} stage;

static inline uint64_t stage_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static inline void stage_sleep_us(long us)
{
	struct timespec duration = {0, us * 1000};

	nanosleep(&duration, NULL);
}

static inline void stage_await(const int *what)
{
	while (!__atomic_load_n(what, __ATOMIC_ACQUIRE))
		stage_sleep_us(200);
}

/* Returns when the other has waited for a while. */
static inline void stage_have(void)
{
	__atomic_store_n(&stage.has, 1, __ATOMIC_RELEASE);
	stage_await(&stage.wants);
	stage_sleep_us(STAGE_HOLD_MS * 1000L);
	stage.given_ns = stage_now_ns();
}

static inline void stage_want(void)
{
	stage_await(&stage.has);
	__atomic_store_n(&stage.wants, 1, __ATOMIC_RELEASE);
	stage.since_ns = stage_now_ns();
}

static inline void stage_got(void)
{
	stage.waited_ns += stage_now_ns() - stage.since_ns;
	stage.caused_ns += stage.given_ns - stage.since_ns;
}

static inline void *stage_other(void *argument)
{
	(*(void (**)(void))argument)();
	return NULL;
}

/* verdict: "lock" if the first is to blame, "other" if it is not, but ended the wait; "nobody" if that is not told. kind: of the wait. */
static inline void stage_play(const char *verdict, const char *kind, const char *has_name, void (*has)(void),
			      const char *wants_name, void (*wants)(void))
{
	stage.waited_ns = stage.caused_ns = 0;
	for (int round = 0; round < STAGE_ROUNDS; round++) {
		pthread_t thread;

		stage.has = stage.wants = 0;
		if (pthread_create(&thread, NULL, stage_other, &has))
			abort();
		wants();
		pthread_join(thread, NULL);
	}
	printf("%s %s %s %s %llu %llu\n", verdict, kind, has_name, wants_name, (unsigned long long)stage.waited_ns,
	       (unsigned long long)stage.caused_ns);
}

#define PLAY(verdict, kind, has, wants) stage_play(#verdict, #kind, #has, has, #wants, wants)

#endif
