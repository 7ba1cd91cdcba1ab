/* SPDX-License-Identifier: MIT
 *
 * Goal: a wait that signals interrupt, with and without SA_RESTART, goes on to its end where it does so without us, and ends with
 * EINTR where it does that; errno is what the handler left, or EINTR.
 */
#include <semaphore.h>
#include <threads.h>

#include "hazard.h"

enum {
	INTERRUPTIONS = 3,
	TICK_NS = 2000000,
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_barrier_t barrier;
static sem_t semaphore;
static pthread_once_t once;
static pthread_t keeper;
static struct timespec far;
static _Atomic int handled, kept;

static void handler(int signal)
{
	(void)signal;
	handled++;
	errno = EDOM; /* a careless handler: what it leaves must stay, as without us */
}

static int lock(void)
{
	return pthread_mutex_lock(&mutex);
}

static int lock_timed(void)
{
	return pthread_mutex_timedlock(&mutex, &far);
}

static int read_lock(void)
{
	return pthread_rwlock_rdlock(&rwlock);
}

static int write_lock(void)
{
	return pthread_rwlock_timedwrlock(&rwlock, &far);
}

static int come_to_barrier(void)
{
	int result = pthread_barrier_wait(&barrier);

	return result == PTHREAD_BARRIER_SERIAL_THREAD ? 0 : result;
}

static int join_keeper(void)
{
	return pthread_join(keeper, NULL);
}

static int wait_semaphore(void)
{
	return sem_wait(&semaphore);
}

static int wait_semaphore_timed(void)
{
	return sem_timedwait(&semaphore, &far);
}

static int sleep_c11(void)
{
	return thrd_sleep(&(struct timespec){1000, 0}, NULL);
}

static void keep_until_handled(void)
{
	kept = 1;
	while (handled <= INTERRUPTIONS)
		hazard_sleep_us(1000);
}

static int pass_once(void)
{
	return pthread_once(&once, keep_until_handled);
}

static void unlock(void)
{
	pthread_mutex_unlock(&mutex);
}

static void unlock_rwlock(void)
{
	pthread_rwlock_unlock(&rwlock);
}

/* The signals end it: never, unless they are to restart it, always; with this errno. */
enum ending { NEVER, WITHOUT_RESTART, ALWAYS };

static const struct wait {
	const char *name;
	int (*wait)(void);
	void (*undo)(void);
	enum ending ended;
	int error;
} waits[] = {
	{"mutex", lock, unlock, NEVER, 0},
	{"mutex, timed", lock_timed, unlock, NEVER, 0},
	{"rwlock", read_lock, unlock_rwlock, NEVER, 0},
	{"rwlock, timed", write_lock, unlock_rwlock, NEVER, 0},
	{"barrier", come_to_barrier, NULL, NEVER, 0},
	{"once", pass_once, NULL, NEVER, 0},
	{"join", join_keeper, NULL, NEVER, 0},
	{"semaphore", wait_semaphore, NULL, WITHOUT_RESTART, EINTR},
	{"semaphore, timed", wait_semaphore_timed, NULL, ALWAYS, EINTR},
	{"sleep", sleep_c11, NULL, ALWAYS, EDOM},
};

/* Holds everything until the signals came. */
static void *keep(void *argument)
{
	const struct wait *wait = argument;

	pthread_mutex_lock(&mutex);
	pthread_rwlock_wrlock(&rwlock);
	pthread_once(&once, keep_until_handled);
	pthread_rwlock_unlock(&rwlock);
	pthread_mutex_unlock(&mutex);
	need(!sem_post(&semaphore), "post");
	if (wait->wait == come_to_barrier)
		come_to_barrier();
	return NULL;
}

static void start_keeper(const struct wait *wait)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	keeper = hazard_start(keep, (void *)wait);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	while (!kept)
		hazard_sleep_us(100);
}

static void run(const struct wait *wait, int flags)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
	bool is_ended = wait->ended == ALWAYS || (wait->ended == WITHOUT_RESTART && !flags);
	timer_t timer;
	int result;

	sigaction(SIGUSR1, &action, NULL);
	handled = kept = 0;
	once = PTHREAD_ONCE_INIT;
	need(!sem_init(&semaphore, 0, 0), "semaphore");
	start_keeper(wait);
	timer = hazard_start_timer(TICK_NS);
	errno = 4711;
	result = wait->wait();
	need(errno == (is_ended ? wait->error : EDOM), "%s leaves the right errno", wait->name);
	need(result == (is_ended ? -1 : 0), "%s returns %d", wait->name, result);
	need(handled > (is_ended ? 0 : INTERRUPTIONS), "%s was interrupted: %d", wait->name, handled);
	if (wait->undo)
		wait->undo();
	while (handled <= INTERRUPTIONS)
		hazard_sleep_us(100);
	timer_delete(timer);
	if (wait->wait != join_keeper)
		hazard_join(keeper);
}

int main(void)
{
	hazard_limit(20);
	far = hazard_deadline(CLOCK_REALTIME, 1000000);
	pthread_barrier_init(&barrier, NULL, 2);
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		run(&waits[i], 0);
		run(&waits[i], SA_RESTART);
	}
	return 0;
}
