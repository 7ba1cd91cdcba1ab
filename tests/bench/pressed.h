/* SPDX-License-Identifier: MIT */
/* pressed: waits and releases that cost what ours do, without anything that is waited for, and without a switch of threads.
 *
 * A mutex that is held, and asked for until a time that is past, is waited for and given up at once. A reader-writer lock
 * that is read many times over has a writer that waits for all of them: each reader's unlock makes others wait, and wakes
 * nobody.
 *
 * Called from   benchmarks: pressed_begin in the main thread, before the threads that wait and release.
 */
#ifndef CONTEND_TESTS_PRESSED_H
#define CONTEND_TESTS_PRESSED_H

#include <stdatomic.h>

#include "hazard/hazard.h"

static struct {
	pthread_mutex_t mutex;
	pthread_rwlock_t rwlock;
	pthread_t writer;
	_Atomic pid_t writer_tid;
} pressed = {.mutex = PTHREAD_MUTEX_INITIALIZER, .rwlock = PTHREAD_RWLOCK_INITIALIZER};

static void *pressed_write(void *argument)
{
	atomic_store(&pressed.writer_tid, syscall(SYS_gettid));
	pthread_rwlock_wrlock(&pressed.rwlock);
	pthread_rwlock_unlock(&pressed.rwlock);
	return argument;
}

/* As many releases are possible until the end. */
static inline void pressed_begin(unsigned long releases)
{
	pthread_mutex_lock(&pressed.mutex);
	for (unsigned long i = 0; i <= releases; i++)
		need(!pthread_rwlock_rdlock(&pressed.rwlock), "reader %lu", i);
	pressed.writer = hazard_start(pressed_write, NULL);
	while (atomic_load(&pressed.writer_tid) == 0)
		hazard_sleep_us(50);
	hazard_await_asleep(atomic_load(&pressed.writer_tid));
}

/* Once all releases were made. */
static inline void pressed_end(void)
{
	pthread_rwlock_unlock(&pressed.rwlock);
	hazard_join(pressed.writer);
	pthread_mutex_unlock(&pressed.mutex);
}

static inline void pressed_wait(void)
{
	const struct timespec before_all_time = {.tv_sec = -1};

	pthread_mutex_timedlock(&pressed.mutex, &before_all_time);
}

static inline void pressed_release(void)
{
	pthread_rwlock_unlock(&pressed.rwlock);
}

#endif
