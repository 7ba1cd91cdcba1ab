/* SPDX-License-Identifier: MIT */
/* pairs [storm|words]: two holders, one after the other, and for each two threads that wait in different functions. Prints how long each
 * holder kept both waiting at least, in ns. storm: four threads that take a mutex as often as they can.
 * words: the same with one of a futex word, by the name that Rust has for it.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "hazard/hazard.h"
#include "known_waits.h"
#include "raw_mutex.h"

enum { HOLD_MS = 20, THREADS = 4, ROUNDS = 2000 };

static pthread_mutex_t first = PTHREAD_MUTEX_INITIALIZER, second = PTHREAD_MUTEX_INITIALIZER;
static _Atomic unsigned come;
static pid_t waiters[2];

#define WAITER(name, number)                                                                                           \
	OWN_FRAME static void *name(void *mutex)                                                                       \
	{                                                                                                              \
		waiters[number] = gettid();                                                                            \
		atomic_fetch_add(&come, 1);                                                                            \
		pthread_mutex_lock(mutex);                                                                             \
		pthread_mutex_unlock(mutex);                                                                           \
		NO_TAIL_CALL();                                                                                        \
		return NULL;                                                                                           \
	}
WAITER(wait_here, 0)
WAITER(wait_there, 1)

static void start_waiters(pthread_mutex_t *mutex, pthread_t threads[2])
{
	atomic_store(&come, 0);
	threads[0] = hazard_start(wait_here, mutex);
	threads[1] = hazard_start(wait_there, mutex);
	t_await(&come, 2);
	hazard_await_asleep(waiters[0]);
	hazard_await_asleep(waiters[1]);
}

#define HOLDER(name, mutex)                                                                                            \
	OWN_FRAME static uint64_t name(pthread_t threads[2])                                                           \
	{                                                                                                              \
		uint64_t since_ns, held_ns;                                                                            \
                                                                                                                       \
		pthread_mutex_lock(mutex);                                                                             \
		start_waiters(mutex, threads);                                                                         \
		since_ns = t_now_ns();                                                                                 \
		t_sleep_ms(HOLD_MS);                                                                                   \
		held_ns = t_now_ns() - since_ns;                                                                       \
		pthread_mutex_unlock(mutex);                                                                           \
		NO_TAIL_CALL();                                                                                        \
		return held_ns;                                                                                        \
	}
HOLDER(hold_first, &first)
HOLDER(hold_second, &second)

static void run(uint64_t (*hold)(pthread_t threads[2]))
{
	pthread_t threads[2];
	uint64_t held_ns = hold(threads);

	hazard_join(threads[0]);
	hazard_join(threads[1]);
	printf("%ju\n", (uintmax_t)held_ns);
}

static struct raw_mutex word;

OWN_FRAME void
lock_word(struct raw_mutex *mutex) __asm__("_ZN3std3sys4sync5mutex5futex5Mutex14lock_contended17h0123456789abcdefE");

OWN_FRAME void lock_word(struct raw_mutex *mutex)
{
	raw_mutex_lock(mutex);
	NO_TAIL_CALL();
}

static void take_word(unsigned number, void *argument)
{
	(void)number;
	(void)argument;
	for (int i = 0; i < ROUNDS; i++) {
		lock_word(&word);
		t_spin_us(5);
		raw_mutex_unlock(&word);
	}
	NO_TAIL_CALL();
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "words") == 0) {
		t_run(THREADS, take_word, NULL);
		return 0;
	}
	if (argc > 1) {
		t_contend(&first, THREADS, ROUNDS, 5);
		return 0;
	}
	run(hold_first);
	run(hold_second);
	return 0;
}
