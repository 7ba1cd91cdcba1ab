/* SPDX-License-Identifier: MIT */
/* every_instruction_locks: calls about locks, conditions and what is like them, for every_instruction. */
#ifndef CONTEND_TESTS_EVERY_INSTRUCTION_LOCKS_H
#define CONTEND_TESTS_EVERY_INSTRUCTION_LOCKS_H

#include <linux/futex.h>

#include "every_instruction_process.h"

static void calls_lock(void)
{
	need(!pthread_mutex_lock(&calls.mutex), "lock");
	__asm__ volatile("" ::: "memory");
}

static void calls_unlock(void)
{
	need(!pthread_mutex_unlock(&calls.mutex), "unlock");
}

static void calls_lock_and_unlock(void)
{
	calls_lock();
	calls_unlock();
}

static void calls_mutex(void)
{
	calls_lock();
	calls_let_wait(1, calls_lock_and_unlock, calls_unlock);
}

static void calls_mutex_two(void)
{
	calls_lock();
	calls_let_wait(2, calls_lock_and_unlock, calls_unlock);
}

static void calls_lock_in_vain(void)
{
	struct timespec limit = hazard_deadline(CLOCK_REALTIME, CALLS_LIMIT_MS);

	need(pthread_mutex_timedlock(&calls.mutex, &limit) == ETIMEDOUT, "a wait that ends");
}

static void calls_mutex_timed(void)
{
	calls_lock();
	calls_let_wait(1, calls_lock_in_vain, calls_nothing);
	calls_unlock();
}

static void calls_trylock(void)
{
	calls_lock();
	need(pthread_mutex_trylock(&calls.mutex) == EBUSY, "taken");
	calls_unlock();
	need(!pthread_mutex_trylock(&calls.mutex), "free");
	calls_unlock();
}

static void calls_cond_wait(void)
{
	calls_lock();
	while (!calls.is_over)
		need(!pthread_cond_wait(&calls.cond, &calls.mutex), "wait");
	calls_unlock();
}

static void calls_cond_signal(void)
{
	calls_lock();
	calls.is_over = true;
	need(!pthread_cond_signal(&calls.cond), "signal");
	calls_unlock();
}

static void calls_cond_broadcast(void)
{
	calls_lock();
	calls.is_over = true;
	need(!pthread_cond_broadcast(&calls.cond), "broadcast");
	calls_unlock();
}

static void calls_cond(void)
{
	calls.is_over = false;
	calls_let_wait(1, calls_cond_wait, calls_cond_signal);
}

static void calls_cond_two(void)
{
	calls.is_over = false;
	calls_let_wait(2, calls_cond_wait, calls_cond_broadcast);
}

static void calls_cond_timed(void)
{
	struct timespec limit = hazard_deadline(CLOCK_REALTIME, CALLS_LIMIT_MS);

	calls_lock();
	need(pthread_cond_timedwait(&calls.cond, &calls.mutex, &limit) == ETIMEDOUT, "a wait that ends");
	calls_unlock();
}

static void calls_read_lock(void)
{
	need(!pthread_rwlock_rdlock(&calls.rwlock) && !pthread_rwlock_unlock(&calls.rwlock), "read lock");
}

static void calls_write_lock(void)
{
	need(!pthread_rwlock_wrlock(&calls.rwlock) && !pthread_rwlock_unlock(&calls.rwlock), "write lock");
}

static void calls_rwlock_unlock(void)
{
	need(!pthread_rwlock_unlock(&calls.rwlock), "unlock");
}

static void calls_readers(void)
{
	need(!pthread_rwlock_wrlock(&calls.rwlock), "write lock");
	calls_let_wait(2, calls_read_lock, calls_rwlock_unlock);
}

static void calls_writer(void)
{
	need(!pthread_rwlock_rdlock(&calls.rwlock), "read lock");
	calls_let_wait(1, calls_write_lock, calls_rwlock_unlock);
}

static void calls_sem_wait(void)
{
	need(!sem_wait(&calls.semaphore), "semaphore");
}

static void calls_sem_post(void)
{
	need(!sem_post(&calls.semaphore), "post");
}

static void calls_sem_lock(void)
{
	calls_sem_wait();
	calls_sem_post();
}

static void calls_semaphore_as_lock(void)
{
	calls_sem_post();
	calls_sem_wait();
	calls_let_wait(2, calls_sem_lock, calls_sem_post);
	calls_sem_wait();
}

static void calls_semaphore(void)
{
	calls_let_wait(1, calls_sem_wait, calls_sem_post);
}

static void calls_meet(void)
{
	pthread_barrier_wait(&calls.barrier);
}

static void calls_barrier(void)
{
	calls_let_wait(1, calls_meet, calls_meet);
}

static void calls_word_wait(void)
{
	while (calls.word == 2)
		syscall(SYS_futex, &calls.word, FUTEX_WAIT_PRIVATE, 2, NULL);
}

static void calls_word_wake(void)
{
	calls.word = 0;
	need(syscall(SYS_futex, &calls.word, FUTEX_WAKE_PRIVATE, 1) == 1, "wake");
}

static void calls_futex(void)
{
	calls.word = 2;
	calls_let_wait(1, calls_word_wait, calls_word_wake);
}

/* While its hold is timed, too. */
static void calls_destroy(void)
{
	need(!pthread_mutex_destroy(&calls.mutex) && !pthread_mutex_init(&calls.mutex, NULL), "anew");
	calls_mutex();
	calls_lock();
	need(!pthread_mutex_init(&calls.mutex, NULL), "anew");
}

#endif
