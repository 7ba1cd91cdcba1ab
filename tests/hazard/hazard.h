/* SPDX-License-Identifier: MIT */
/* hazard: what the hazard programs share.
 *
 * Each is named for a behaviour that a preloaded profiler can spoil, checks itself and ends with 0 or 1; run bare it must
 * pass too. What it prints must be the same with and without a preload. Usable from C and C++; everything is here so that a
 * program links nothing but libc.
 */
#ifndef CONTEND_TESTS_HAZARD_H
#define CONTEND_TESTS_HAZARD_H

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "architecture.h"

/* Ends the process with status 1 unless the condition holds. For signal handlers and forked children too. */
#define need(condition, ...)                                                                                           \
	do {                                                                                                           \
		if (!(condition))                                                                                      \
			hazard_fail(__FILE__, __LINE__, #condition, __VA_ARGS__);                                      \
	} while (0)

__attribute__((noreturn, format(printf, 4, 5))) static inline void
hazard_fail(const char *file, int line, const char *expression, const char *format, ...)
{
	char text[512];
	va_list arguments;
	int error = errno;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	dprintf(2, "%s:%d: %s: does not hold: %s (errno %d)\n", file, line, text, expression, error);
	_exit(1);
}

/* Ends the process as skipped: what the test needs is not to be had here. */
__attribute__((noreturn)) static inline void hazard_skip(const char *reason)
{
	printf("%s\n", reason);
	exit(77);
}

/* Hazards are mostly hangs. The runner has a limit, and shows where it hung; this is for a program run by hand. */
static inline void hazard_limit(unsigned seconds)
{
	alarm(seconds);
}

/* Are we run under the profiler? For expectations that differ. */
static inline bool hazard_is_preloaded(void)
{
	return getenv("HAZARD_PRELOADED") != NULL;
}

static inline void hazard_sleep_us(long us)
{
	struct timespec left = {us / 1000000, us % 1000000 * 1000};

	while (nanosleep(&left, &left) && errno == EINTR)
		;
}

static inline uint64_t hazard_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* This process's memory that is there. */
static inline long hazard_resident_kb(void)
{
	long pages = 0, resident = 0;
	FILE *file = fopen("/proc/self/statm", "re");

	need(file && fscanf(file, "%ld %ld", &pages, &resident) == 2, "own memory");
	fclose(file);
	return resident * 4;
}

/* `ms` from the clock's now; negative for the past. */
static inline struct timespec hazard_deadline(clockid_t clock, int64_t ms)
{
	struct timespec now;
	int64_t ns;

	clock_gettime(clock, &now);
	ns = now.tv_nsec + ms * 1000000;
	now.tv_sec += ns / 1000000000 - (ns % 1000000000 < 0);
	now.tv_nsec = (ns % 1000000000 + 1000000000) % 1000000000;
	return now;
}

/* Declares old_NAME: the function NAME in the version that the oldest programs bind. */
#define HAZARD_OLD(result, name, parameters)                                                                           \
	result old_##name parameters;                                                                                  \
	__asm__(".symver old_" #name ", " #name "@" OLDEST_VERSION)

static inline pthread_t hazard_start(void *(*body)(void *), void *argument)
{
	pthread_t thread;

	need(!pthread_create(&thread, NULL, body, argument), "thread started");
	return thread;
}

static inline void hazard_join(pthread_t thread)
{
	need(!pthread_join(thread, NULL), "thread joined");
}

/* A timer that sends the calling thread SIGUSR1 every `interval_ns`. */
static inline timer_t hazard_start_timer(long interval_ns)
{
	struct itimerspec often = {{0, interval_ns}, {0, interval_ns}};
	struct sigevent event;
	timer_t timer;

	memset(&event, 0, sizeof(event));
	event.sigev_notify = SIGEV_THREAD_ID;
	event.sigev_signo = SIGUSR1;
	event._sigev_un._tid = (pid_t)syscall(SYS_gettid);
	need(!timer_create(CLOCK_MONOTONIC, &event, &timer) && !timer_settime(timer, 0, &often, NULL), "timer");
	return timer;
}

/* Waits until the thread `tid` of this process sleeps in the kernel, at most 5 s. */
static inline void hazard_await_asleep(pid_t tid)
{
	uint64_t end_ns = hazard_now_ns() + UINT64_C(5000000000);
	char path[64], text[512], state = 0;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	while (state != 'S' && hazard_now_ns() < end_ns) {
		int file = open(path, O_RDONLY | O_CLOEXEC);
		ssize_t bytes = read(file, text, sizeof(text) - 1);

		close(file);
		text[bytes > 0 ? bytes : 0] = 0;
		state = strrchr(text, ')') ? strrchr(text, ')')[2] : 0;
		hazard_sleep_us(500);
	}
	need(state == 'S', "thread %d sleeps", tid);
}

/* Mutexes of four types, free all the time, by every call that does not wait for them, and signals to nobody: `rounds` times. */
static inline void hazard_use_free_locks(int rounds)
{
	static pthread_mutex_t mutexes[] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP,
					    PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP,
					    PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP};
	pthread_cond_t cond = PTHREAD_COND_INITIALIZER;

	for (int i = 0; i < rounds * 4; i++) {
		pthread_mutex_t *mutex = &mutexes[i % 4];

		need(!pthread_mutex_lock(mutex) && !pthread_mutex_unlock(mutex), "lock and unlock");
		need(!pthread_mutex_trylock(mutex) && !pthread_mutex_unlock(mutex), "trylock and unlock");
		need(!pthread_cond_signal(&cond) && !pthread_cond_broadcast(&cond), "signals");
	}
}

/* A thread that takes and gives a mutex all the time, so that whoever locks it meanwhile meets contention. */
struct hazard_rival {
	pthread_mutex_t mutex;
	pthread_t thread;
	int stop;
	int started;
};

static inline void *hazard_rival_main(void *argument)
{
	struct hazard_rival *rival = (struct hazard_rival *)argument;

	while (!__atomic_load_n(&rival->stop, __ATOMIC_ACQUIRE)) {
		pthread_mutex_lock(&rival->mutex);
		__atomic_store_n(&rival->started, 1, __ATOMIC_RELEASE);
		hazard_sleep_us(100);
		pthread_mutex_unlock(&rival->mutex);
		hazard_sleep_us(10);
	}
	return NULL;
}

static inline void hazard_rival_start(struct hazard_rival *rival)
{
	sigset_t all, before;

	memset(rival, 0, sizeof(*rival));
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	rival->thread = hazard_start(hazard_rival_main, rival);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	while (!__atomic_load_n(&rival->started, __ATOMIC_ACQUIRE))
		hazard_sleep_us(50);
}

static inline void hazard_rival_stop(struct hazard_rival *rival)
{
	__atomic_store_n(&rival->stop, 1, __ATOMIC_RELEASE);
	hazard_join(rival->thread);
	need(!pthread_mutex_destroy(&rival->mutex), "the mutex is free in the end");
}

/* Is the mutex taken, by its lock word? */
static inline bool hazard_is_locked(const pthread_mutex_t *mutex)
{
	return __atomic_load_n(&mutex->__data.__lock, __ATOMIC_RELAXED) != 0;
}

/* Locks and unlocks the rival's mutex until it was found taken `times` times. */
static inline void hazard_rival_meet(struct hazard_rival *rival, unsigned times)
{
	while (times) {
		times -= hazard_is_locked(&rival->mutex);
		need(!pthread_mutex_lock(&rival->mutex), "contended lock");
		need(!pthread_mutex_unlock(&rival->mutex), "its unlock");
	}
}

/* Contention between `threads` new threads, `rounds` critical sections each, all counted. */
struct hazard_crowd {
	pthread_mutex_t mutex;
	unsigned rounds;
	unsigned sections;
};

static inline void *hazard_crowd_main(void *argument)
{
	struct hazard_crowd *crowd = (struct hazard_crowd *)argument;

	for (unsigned i = 0; i < crowd->rounds; i++) {
		need(!pthread_mutex_lock(&crowd->mutex), "lock in a crowd");
		crowd->sections++;
		if (i % 16 == 0)
			hazard_sleep_us(20);
		need(!pthread_mutex_unlock(&crowd->mutex), "unlock in a crowd");
	}
	return NULL;
}

static inline void hazard_contend(unsigned threads, unsigned rounds)
{
	struct hazard_crowd crowd;
	pthread_t thread[64];

	memset(&crowd, 0, sizeof(crowd));
	crowd.rounds = rounds;
	for (unsigned i = 0; i < threads; i++)
		thread[i] = hazard_start(hazard_crowd_main, &crowd);
	for (unsigned i = 0; i < threads; i++)
		hazard_join(thread[i]);
	need(crowd.sections == threads * rounds, "%u critical sections", crowd.sections);
	need(!pthread_mutex_destroy(&crowd.mutex), "the mutex is free in the end");
}

/* Waits for a child and returns its exit status, 128 + signal if one killed it. */
static inline int hazard_wait(pid_t pid)
{
	pid_t ended;
	int status;

	do
		ended = waitpid(pid, &status, 0);
	while (ended < 0 && errno == EINTR);
	need(ended == pid, "child %d waited for", pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Runs this program again with one argument, in the present environment, and returns its process. */
static inline pid_t hazard_spawn_self(const char *argument)
{
	char self[] = "/proc/self/exe";
	char *arguments[] = {self, (char *)argument, NULL};
	pid_t pid;

	need(!posix_spawn(&pid, self, NULL, NULL, arguments, environ), "program started again");
	return pid;
}

/* Runs this program again with the plug-in NAME.so, which lies beside it, preloaded too: before and behind what is. */
static inline void hazard_run_with_preload(const char *name)
{
	const char *others = getenv("LD_PRELOAD");
	char self[2048] = "", list[8192], plugin[4096], kept[4096];

	snprintf(kept, sizeof(kept), "%s", others ? others : "");
	need(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0, "own path");
	*strrchr(self, '/') = 0;
	snprintf(plugin, sizeof(plugin), "%s/%s.so", self, name);
	need(!access(plugin, R_OK), "%s is there", plugin);
	for (int first = 0; first < 2; first++) {
		snprintf(list, sizeof(list), "%s:%s", first ? plugin : kept, first ? kept : plugin);
		setenv("LD_PRELOAD", list, 1);
		need(hazard_wait(hazard_spawn_self("again")) == 0, "with the other preload %s",
		     first ? "first" : "last");
	}
}

#endif
