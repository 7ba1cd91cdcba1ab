/* SPDX-License-Identifier: MIT
 * flags: -fexceptions
 *
 * Goal: a once routine runs once for sixteen threads that all see what it did; it may use other onces, fork, be cancelled (with
 * others waiting: one of them runs it then, and waits in it), and be one of C11.
 */
#include <threads.h>

#include "hazard.h"

enum {
	THREADS = 16,
	ROUNDS = 100,
	DEPTH = 20,
};

static pthread_once_t once, nested[DEPTH];
static once_flag c11_once;
static pthread_barrier_t start;
static unsigned runs, seen, depth; /* written by the routine, read after it */
static unsigned handlers;
static struct hazard_rival rival;
static _Atomic unsigned passed;
static _Atomic pid_t inside_tid;

static void run_slowly(void)
{
	hazard_sleep_us(200);
	runs++;
	seen = 4711;
}

static void *pass(void *argument)
{
	pthread_barrier_wait(&start);
	if (argument)
		need(!pthread_once(&once, run_slowly), "once");
	else
		call_once(&c11_once, run_slowly);
	need(runs == 1 && seen == 4711, "it ran (%u) and is seen", runs);
	passed++;
	return NULL;
}

static void contended(bool is_c11)
{
	pthread_t threads[THREADS];

	once = PTHREAD_ONCE_INIT;
	c11_once = (once_flag)ONCE_FLAG_INIT;
	runs = 0;
	seen = 0;
	passed = 0;
	for (int i = 0; i < THREADS; i++)
		threads[i] = hazard_start(pass, is_c11 ? NULL : &start);
	for (int i = 0; i < THREADS; i++)
		hazard_join(threads[i]);
	need(passed == THREADS, "all passed: %u", passed);
}

static void nest(void)
{
	if (++depth < DEPTH)
		need(!pthread_once(&nested[depth], nest), "another once inside");
}

static void recursion(void)
{
	for (int i = 0; i < DEPTH; i++)
		nested[i] = PTHREAD_ONCE_INIT;
	depth = 0;
	need(!pthread_once(&nested[0], nest), "once");
	need(depth == DEPTH, "all ran: %u", depth);
}

/* The child's copy is abandoned in the middle: the child runs the routine anew, as POSIX wants of a fork in it. */
static void fork_inside(void)
{
	pid_t child;

	if (runs++)
		return;
	child = fork();
	need(child >= 0, "fork");
	if (!child) {
		need(!pthread_once(&once, fork_inside), "the child's own once");
		_exit(runs == 2 ? 0 : 1);
	}
	need(hazard_wait(child) == 0, "the child ran it");
}

static void forked(void)
{
	once = PTHREAD_ONCE_INIT;
	runs = 0;
	need(!pthread_once(&once, fork_inside) && !pthread_once(&once, fork_inside), "once");
	need(runs == 1, "ran once: %u", runs);
}

static void count_handler(void *argument)
{
	++*(unsigned *)argument;
}

static void sleep_the_first_time(void)
{
	if (runs++) {
		hazard_rival_meet(&rival, 3); /* waits inside a wait for the once */
		return;
	}
	inside_tid = gettid();
	pthread_cleanup_push(count_handler, &handlers);
	for (;;)
		pause();
	pthread_cleanup_pop(0);
}

static void *pass_cancelled(void *argument)
{
	*(_Atomic pid_t *)argument = gettid();
	need(!pthread_once(&once, sleep_the_first_time), "once");
	return NULL;
}

static void cancelled(void)
{
	_Atomic pid_t tids[2] = {0, 0};
	pthread_t first, second;
	void *result;

	once = PTHREAD_ONCE_INIT;
	runs = handlers = 0;
	inside_tid = 0;
	first = hazard_start(pass_cancelled, (void *)&tids[0]);
	while (!inside_tid)
		hazard_sleep_us(50);
	second = hazard_start(pass_cancelled, (void *)&tids[1]);
	while (!tids[1])
		hazard_sleep_us(50);
	hazard_await_asleep(tids[1]);
	need(!pthread_cancel(first) && !pthread_join(first, &result) && result == PTHREAD_CANCELED, "cancelled in it");
	need(handlers == 1, "its handler ran");
	hazard_join(second);
	need(runs == 2, "run anew by the one who waited: %u", runs);
}

int main(void)
{
	hazard_limit(20);
	hazard_rival_start(&rival);
	pthread_barrier_init(&start, NULL, THREADS);
	for (int round = 0; round < ROUNDS; round++) {
		contended(false);
		contended(true);
		recursion();
	}
	for (int round = 0; round < 20; round++) {
		forked();
		cancelled();
	}
	hazard_rival_stop(&rival);
	return 0;
}
