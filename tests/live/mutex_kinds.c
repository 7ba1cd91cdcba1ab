/* SPDX-License-Identifier: MIT */
/* Every kind of mutex, waited for by every function that can wait, in functions named for both: wait_KIND_FUNCTION and
 * hold_KIND_FUNCTION. Prints "KIND_FUNCTION rounds waited_ns error" for each: what this program itself measured. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "known_waits.h"

enum {
	ROUNDS = 20,
	HOLD_MS = 20,
	DEADLINE_SECONDS = 60,
	SHORT_MS = 5, /* deadline of the waits that time out */
};

static struct timespec in_ms(clockid_t clock, uint64_t ms)
{
	struct timespec time;

	clock_gettime(clock, &time);
	time.tv_sec += ms / 1000;
	time.tv_nsec += ms % 1000 * 1000000;
	if (time.tv_nsec >= 1000000000) {
		time.tv_sec++;
		time.tv_nsec -= 1000000000;
	}
	return time;
}

static struct timespec far(clockid_t clock)
{
	return in_ms(clock, DEADLINE_SECONDS * 1000);
}

/* Priority-inheriting mutexes take the monotonic clock only where the kernel has FUTEX_LOCK_PI2. */
#define CALL_lock(mutex)      pthread_mutex_lock(mutex)
#define CALL_timedlock(mutex) pthread_mutex_timedlock(mutex, &(struct timespec[]){far(CLOCK_REALTIME)}[0])
#define CALL_clocklock(mutex)                                                                                          \
	pthread_mutex_clocklock(mutex, CLOCK_REALTIME, &(struct timespec[]){far(CLOCK_REALTIME)}[0])
#define CALL_timeout(mutex) pthread_mutex_timedlock(mutex, &(struct timespec[]){in_ms(CLOCK_REALTIME, SHORT_MS)}[0])

/* clang-format off */
#define CASES(CASE)                                                                                                    \
	CASE(normal, lock)                                                                                             \
	CASE(normal, timedlock)                                                                                        \
	CASE(normal, clocklock)                                                                                        \
	CASE(normal, timeout)                                                                                          \
	CASE(recursive, lock)                                                                                          \
	CASE(recursive, timedlock)                                                                                     \
	CASE(recursive, clocklock)                                                                                     \
	CASE(errorcheck, lock)                                                                                         \
	CASE(errorcheck, timedlock)                                                                                    \
	CASE(errorcheck, clocklock)                                                                                    \
	CASE(adaptive, lock)                                                                                           \
	CASE(adaptive, timedlock)                                                                                      \
	CASE(adaptive, clocklock)                                                                                      \
	CASE(robust, lock)                                                                                             \
	CASE(robust, timedlock)                                                                                        \
	CASE(robust, clocklock)                                                                                        \
	CASE(inherit, lock)                                                                                            \
	CASE(inherit, timedlock)                                                                                       \
	CASE(inherit, clocklock)                                                                                       \
	CASE(protect, lock)                                                                                            \
	CASE(protect, timedlock)                                                                                       \
	CASE(protect, clocklock)                                                                                       \
	CASE(shared, lock)                                                                                             \
	CASE(shared, timedlock)                                                                                        \
	CASE(shared, clocklock)
/* clang-format on */

#define CASE_FUNCTIONS(kind, function)                                                                                 \
	OWN_FRAME static int wait_##kind##_##function(pthread_mutex_t *mutex)                                          \
	{                                                                                                              \
		int error = CALL_##function(mutex);                                                                    \
                                                                                                                       \
		NO_TAIL_CALL();                                                                                        \
		return error;                                                                                          \
	}                                                                                                              \
	OWN_FRAME static void hold_##kind##_##function(struct known_waits *waits)                                      \
	{                                                                                                              \
		waits->error = pthread_mutex_lock(waits->mutex);                                                       \
		known_waits_held(waits);                                                                               \
		pthread_mutex_unlock(waits->mutex);                                                                    \
		NO_TAIL_CALL();                                                                                        \
	}
CASES(CASE_FUNCTIONS)

static const struct mutex_case {
	const char *name;
	const char *kind;
	int (*lock)(pthread_mutex_t *mutex);
	void (*hold)(struct known_waits *waits);
} cases[] = {
#define CASE_ENTRY(kind, function) {#kind "_" #function, #kind, wait_##kind##_##function, hold_##kind##_##function},
	CASES(CASE_ENTRY)};

enum {
	CASE_COUNT = sizeof(cases) / sizeof(*cases),
};

static struct known_waits results[CASE_COUNT];
static pthread_mutex_t mutexes[CASE_COUNT];

static int mutex_init(pthread_mutex_t *mutex, const char *kind)
{
	static const struct {
		const char *kind;
		int type;
	} types[] = {
		{"recursive", PTHREAD_MUTEX_RECURSIVE},
		{"errorcheck", PTHREAD_MUTEX_ERRORCHECK},
		{"adaptive", PTHREAD_MUTEX_ADAPTIVE_NP},
	};
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	for (unsigned i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (!strcmp(kind, types[i].kind))
			pthread_mutexattr_settype(&attributes, types[i].type);
	if (!strcmp(kind, "robust"))
		pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
	if (!strcmp(kind, "inherit"))
		pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT);
	if (!strcmp(kind, "protect")) {
		pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_PROTECT);
		pthread_mutexattr_setprioceiling(&attributes, sched_get_priority_min(SCHED_FIFO));
	}
	if (!strcmp(kind, "shared"))
		pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	return pthread_mutex_init(mutex, &attributes);
}

static void body(unsigned number, void *argument)
{
	struct known_waits *waits = &results[number];
	int error = mutex_init(&mutexes[number], cases[number].kind);

	(void)argument;
	*waits = (struct known_waits){.mutex = &mutexes[number],
				      .lock = cases[number].lock,
				      .hold = cases[number].hold,
				      .rounds = ROUNDS,
				      .hold_ms = HOLD_MS,
				      .error = error};
	/* glibc refuses a priority ceiling to threads that are not real-time; the holder inherits the policy. */
	if (!error && !strcmp(cases[number].kind, "protect"))
		error = pthread_setschedparam(pthread_self(), SCHED_FIFO,
					      &(struct sched_param){sched_get_priority_min(SCHED_FIFO)});
	if (error) {
		waits->error = error;
		return;
	}
	known_waits_run(waits);
}

int main(void)
{
	t_run(CASE_COUNT, body, NULL);
	for (unsigned i = 0; i < CASE_COUNT; i++)
		printf("%s %u %ju %s\n", cases[i].name, ROUNDS, (uintmax_t)results[i].waited_ns,
		       results[i].error ? strerrorname_np(results[i].error) : "-");
	return 0;
}
