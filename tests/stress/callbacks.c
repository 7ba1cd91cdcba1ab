/* SPDX-License-Identifier: MIT */
/* storm callbacks: threads that end inside of what others call back: routines of once, handlers, comparisons, destructors. Others
 * sleep meanwhile for their end, for a once that they leave to them, for a robust mutex that they never give back; and in
 * their last moments, in all four rounds of their keys' destructors, they wait and lock themselves. */
#include <limits.h>
#include <link.h>
#include <semaphore.h>
#include <threads.h>

#include "stress.h"

enum { SORTED = 64 };

#define RESULT     ((void *)4711)
#define END_SIGNAL SIGVTALRM /* nobody has such timers */

static struct {
	pthread_key_t key;
	sem_t never;
	_Atomic uint64_t ended, destroyed;
} callbacks;

/* A thread that ends, and three that wait for it: asleep, with all signals blocked, before it does. */
struct scene {
	struct stress_worker *worker;
	void (*end)(struct scene *scene);
	pthread_t ender;
	pid_t ender_tid, joiner_tid, heir_tid, onlooker_tid; /* 0 before they are there; atomic */
	pthread_mutex_t mutex;                               /* robust */
	pthread_once_t once;
	once_flag c11_once;
	bool is_c11; /* which of the two */
	unsigned onces_begun, onces_over;
	unsigned destructors;
};

static __thread struct scene *mine; /* for callbacks without an argument */

static void tell_tid(pid_t *tid)
{
	__atomic_store_n(tid, (pid_t)unseen_call(SYS_gettid, 0, 0, 0, 0), __ATOMIC_RELEASE);
}

static void end_by_return(struct scene *scene)
{
	(void)scene;
}

static void end_by_exit(struct scene *scene)
{
	(void)scene;
	pthread_exit(RESULT);
}

/* The first to run it ends there, when the onlooker waits for that; the onlooker runs it to the end. */
static void once_routine(void)
{
	struct scene *scene = mine;

	if (scene->onces_begun++ == 0) {
		unseen_await_asleep(&scene->onlooker_tid);
		end_by_exit(scene);
	}
	certain_wait(scene->onces_begun);
	scene->onces_over++;
}

static void run_once(struct scene *scene)
{
	mine = scene;
	if (scene->is_c11)
		call_once(&scene->c11_once, once_routine);
	else
		need(!pthread_once(&scene->once, once_routine), "once");
}

static void pop_and_end(void *scene)
{
	end_by_exit(scene);
}

static void end_in_handler(struct scene *scene)
{
	pthread_cleanup_push(pop_and_end, scene);
	certain_wait(1);
	pthread_cleanup_pop(1);
}

static int compare_and_end(const void *a, const void *b, void *scene)
{
	if (*(const int *)a == SORTED / 2 || *(const int *)b == SORTED / 2)
		end_by_exit(scene);
	return *(const int *)a - *(const int *)b;
}

static void end_in_comparison(struct scene *scene)
{
	int numbers[SORTED];

	for (int i = 0; i < SORTED; i++)
		numbers[i] = SORTED - i;
	qsort_r(numbers, SORTED, sizeof(*numbers), compare_and_end, scene);
}

static int look_and_end(struct dl_phdr_info *info, size_t bytes, void *scene)
{
	(void)info, (void)bytes;
	end_by_exit(scene);
	return 0;
}

static void end_in_loader(struct scene *scene)
{
	dl_iterate_phdr(look_and_end, scene);
}

static void end_on_signal(int signal)
{
	(void)signal;
	pthread_exit(RESULT);
}

static void enter_semaphore_wait(void *unused)
{
	(void)unused;
	ledger_done(WAIT_SEMAPHORE);
}

/* Who joins sends the signal when this sleeps. */
__attribute__((noinline)) static void certain_end_in_wait(struct scene *scene)
{
	sigset_t end;

	sigemptyset(&end);
	sigaddset(&end, END_SIGNAL);
	mine = scene;
	pthread_cleanup_push(enter_semaphore_wait, NULL);
	ledger_begin(WAIT_SEMAPHORE);
	pthread_sigmask(SIG_UNBLOCK, &end, NULL);
	tell_tid(&scene->ender_tid);
	sem_wait(&callbacks.never);
	pthread_cleanup_pop(0);
}

static void (*const ways[])(struct scene *scene) = {
	end_by_return, end_by_exit, run_once, end_in_handler, end_in_comparison, end_in_loader, certain_end_in_wait};

enum { WAYS = sizeof(ways) / sizeof(ways[0]) };

/* In the last of its rounds the profiler has done with the thread: what it waits then is lost. */
static void destroy(void *value)
{
	struct scene *scene = value;

	scene->destructors++;
	atomic_fetch_add(&callbacks.destroyed, 1);
	certain_wait(scene->destructors);
	pthread_setspecific(callbacks.key, scene);
}

static void *end_somehow(void *argument)
{
	struct scene *scene = argument;

	need(!pthread_setspecific(callbacks.key, scene), "key");
	need(!pthread_mutex_lock(&scene->mutex), "its own mutex");
	certain_wait(stress_next(&scene->worker->random));
	unseen_await_asleep(&scene->joiner_tid);
	unseen_await_asleep(&scene->heir_tid);
	scene->end(scene);
	return RESULT;
}

__attribute__((noinline)) static void certain_join(struct scene *scene)
{
	void *result;

	ledger_begin(WAIT_JOIN);
	tell_tid(&scene->joiner_tid);
	need(!pthread_join(scene->ender, &result) && result == RESULT, "the end is heard of");
	ledger_done(WAIT_JOIN);
}

static void *join(void *argument)
{
	certain_join(argument);
	return NULL;
}

__attribute__((noinline)) static void certain_inherit(struct scene *scene)
{
	ledger_begin(WAIT_MUTEX);
	tell_tid(&scene->heir_tid);
	need(pthread_mutex_lock(&scene->mutex) == EOWNERDEAD, "its owner ended");
	ledger_done(WAIT_MUTEX);
}

static void *inherit(void *argument)
{
	struct scene *scene = argument;

	while (!hazard_is_locked(&scene->mutex))
		unseen_sleep_us(50);
	certain_inherit(scene);
	need(!pthread_mutex_consistent(&scene->mutex) && !pthread_mutex_unlock(&scene->mutex), "it works again");
	return NULL;
}

/* Waits for a once that is under way, and then runs it. */
__attribute__((noinline)) static void certain_look_on(struct scene *scene)
{
	ledger_begin(WAIT_ONCE);
	tell_tid(&scene->onlooker_tid);
	run_once(scene);
	ledger_done(WAIT_ONCE);
}

static void *look_on(void *argument)
{
	struct scene *scene = argument;

	while (!__atomic_load_n(&scene->onces_begun, __ATOMIC_ACQUIRE))
		unseen_sleep_us(50);
	certain_look_on(scene);
	return NULL;
}

static void prepare(struct scene *scene, struct stress_worker *worker)
{
	pthread_mutexattr_t attributes;

	memset(scene, 0, sizeof(*scene));
	scene->worker = worker;
	scene->end = ways[stress_below(&worker->random, WAYS)];
	scene->is_c11 = stress_below(&worker->random, 2);
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
	need(!pthread_mutex_init(&scene->mutex, &attributes), "robust mutex");
}

static void check(struct scene *scene)
{
	need(scene->destructors == PTHREAD_DESTRUCTOR_ITERATIONS, "destructors ran: %u", scene->destructors);
	need(!pthread_mutex_destroy(&scene->mutex), "the mutex is free");
	need(scene->end != run_once || (scene->onces_begun == 2 && scene->onces_over == 1), "once: %u begun, %u over",
	     scene->onces_begun, scene->onces_over);
	atomic_fetch_add(&callbacks.ended, 1);
}

static void play(struct scene *scene)
{
	pthread_t joiner, heir, onlooker = 0;

	scene->ender = hazard_start(end_somehow, scene);
	heir = hazard_start(inherit, scene);
	joiner = hazard_start(join, scene);
	if (scene->end == run_once)
		onlooker = hazard_start(look_on, scene);
	if (scene->end == certain_end_in_wait) {
		unseen_await_asleep(&scene->ender_tid);
		need(!unseen_call(SYS_tgkill, getpid(), scene->ender_tid, END_SIGNAL, 0), "told to end");
	}
	need(unseen_join(joiner) && unseen_join(heir) && (!onlooker || unseen_join(onlooker)), "who waited");
}

/* No handler of another storm may sleep where those who are waited for are looked at. */
static void *play_many(void *argument)
{
	struct stress_worker *worker = argument;
	struct scene scene;
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, NULL);
	do {
		prepare(&scene, worker);
		play(&scene);
		check(&scene);
	} while (!stress_is_over(worker->stress));
	return NULL;
}

static void *exit_at_once(void *unused)
{
	(void)unused;
	pthread_exit(NULL);
}

/* libc loads its unwinder at the first exit, which must not be the one in the loader's callback. */
static void load_unwinder(void)
{
	need(unseen_join(hazard_start(exit_at_once, NULL)), "a thread exits");
}

void storm_callbacks(const struct stress *stress)
{
	struct sigaction action = {.sa_handler = end_on_signal};

	need(!sigaction(END_SIGNAL, &action, NULL) && !sem_init(&callbacks.never, 0, 0), "signal and semaphore");
	need(!pthread_key_create(&callbacks.key, destroy), "key");
	load_unwinder();
	stress_run(stress, stress->threads, play_many, NULL);
	need(!pthread_key_delete(callbacks.key), "key");
	stress_note("threads ended in callbacks", callbacks.ended);
	stress_note("destructors that waited", callbacks.destroyed);
}
