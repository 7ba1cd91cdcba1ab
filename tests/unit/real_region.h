/* SPDX-License-Identifier: MIT */
/* real_region: the region of this very test program, recorded in by the real modules, for tests of what reads regions. Three
 * threads wait for two locks; waits that are over, releases, a cut stack, a release that knows whom it was for, a hold that is over and one that is not are in it.
 * Included by the test program, once. */
#ifndef CONTEND_TESTS_REAL_REGION_H
#define CONTEND_TESTS_REAL_REGION_H

#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "config.h"
#include "object.h"
#include "record.h"
#include "region.h"
#include "region_file.h"
#include "thread_labels.h"

enum { REAL_REGION_WAITERS = 3, REAL_REGION_DEPTH = 16 };

static int real_region_locks[2];
static _Atomic unsigned real_region_waiting;

static __attribute__((noinline)) uint64_t real_region_leaf(void)
{
	return (uint64_t)(uintptr_t)real_region_leaf;
}

static struct record_site real_region_site(enum wait_kind kind, const void *object, const void *frame_pointer)
{
	return (struct record_site){.kind = kind,
				    .end = wait_kind_end(kind),
				    .object = object,
				    .file = -1,
				    .leaf_address = real_region_leaf(),
				    .frame_pointer = frame_pointer};
}

static void real_region_begin(struct record_wait *wait)
{
	struct thread *self = thread_enter();

	record_wait_begin(self, wait);
	thread_leave(self);
}

static void real_region_end(struct record_wait *wait)
{
	struct thread *self = thread_enter();

	record_wait_end(self, wait, WAIT_OVER);
	thread_leave(self);
}

/* A wrapper of a call that waits. */
static __attribute__((noinline)) struct sample *real_region_wait(enum wait_kind kind, const void *object, int file)
{
	struct record_wait wait = {.site = real_region_site(kind, object, STACK_MARK())};

	real_region_begin(&wait);
	t_spin_us(10);
	wait.site.file = file;
	real_region_end(&wait);
	return wait.sample;
}

/* A wrapper of a call that releases; `waiter` as in struct record_site. */
static __attribute__((noinline)) void real_region_release(enum wait_kind kind, const void *object,
							  const struct sample *waiter)
{
	struct record_site site = real_region_site(kind, object, STACK_MARK());
	struct thread *self = thread_enter();

	site.waiter = waiter;
	record_release_end(self, record_release_begin(self, object), &site);
	thread_leave(self);
}

/* A wrapper of a call that takes a lock. */
static __attribute__((noinline)) void real_region_hold(const void *object)
{
	struct record_site site = real_region_site(WAIT_MUTEX, object, STACK_MARK());
	struct thread *self = thread_enter();

	record_hold_begin(self, &site, record_hold_prepare(self, &site));
	thread_leave(self);
}

/* A wrapper of the call that releases it. */
static void real_region_unhold(const void *object)
{
	struct record_release release = {.fraction = 0};
	struct thread *self = thread_enter();

	record_hold_end(self, object, WAIT_MUTEX, &release);
	record_release_end(self, release, NULL);
	thread_leave(self);
}

/* What follows the call keeps it from becoming a jump. */
static __attribute__((noinline)) void real_region_recurse(unsigned frames)
{
	if (frames == 0)
		real_region_wait(WAIT_MUTEX, real_region_locks, -1);
	else
		real_region_recurse(frames - 1);
	__asm__ volatile("");
}

/* Waits until the process ends: the end of a thread that has recorded is too late for the thread sanitizer. */
static void *real_region_waiter(void *number)
{
	const void *lock = &real_region_locks[(uintptr_t)number % 2];
	struct record_wait wait = {.site = real_region_site(WAIT_MUTEX, lock, STACK_MARK())};

	real_region_begin(&wait);
	atomic_fetch_add(&real_region_waiting, 1);
	for (;;)
		pause();
	return NULL;
}

/* Two sets of labels, and samples that have them. */
static void real_region_label(void)
{
	struct thread *self = thread_enter();

	thread_labels_push(self, "endpoint", "/users");
	thread_labels_push(self, "tenant", "a");
	thread_leave(self);
	real_region_wait(WAIT_MUTEX, real_region_locks, -1);
	real_region_release(WAIT_MUTEX, real_region_locks, NULL);
	self = thread_enter();
	thread_labels_pop(self);
	thread_labels_pop(self);
	thread_leave(self);
}

static void real_region_record(void)
{
	static int named;
	int file = open("/dev/null", O_RDONLY | O_CLOEXEC);

	for (volatile int i = 0; i < 2; i++) /* volatile: one call, not two */
		real_region_wait(i ? WAIT_SLEEP : WAIT_COND, NULL, -1);
	real_region_wait(WAIT_READ, NULL, file);
	real_region_release(WAIT_FUTEX, &real_region_locks[0], real_region_wait(WAIT_FUTEX, &real_region_locks, -1));
	for (int i = 0; i < 10; i++)
		real_region_release(WAIT_MUTEX, &real_region_locks[i % 2], NULL);
	lock_names_give(&named, "named");
	real_region_wait(WAIT_MUTEX, &named, -1);
	for (int i = 0; i < 2; i++)
		real_region_hold(&real_region_locks[i]);
	real_region_unhold(&real_region_locks[1]);
	real_region_recurse(2 * REAL_REGION_DEPTH);
	real_region_label();
	close(file);
}

static void real_region_complain(const char *line)
{
	ok(false, "no complaint: %s", line);
}

static void real_region_bail_out(const char *words)
{
	printf("Bail out! %s\n", words);
	exit(1);
}

static void real_region_start(char *directory)
{
	char option[64];
	char *environment[] = {option,
			       "CONTEND_MEMORY=2m",
			       "CONTEND_DEPTH=16",
			       "CONTEND_WAKERS=1",
			       "CONTEND_HOLD_RATE=1",
			       "CONTEND_PAIRS=1",
			       NULL};

	if (!mkdtemp(directory))
		real_region_bail_out("no directory for a region");
	snprintf(option, sizeof(option), "CONTEND_REGION_DIR=%s", directory);
	config_read(environment, real_region_complain);
	clock_init();
	object_init(_dl_find_object);
	threads_startup();
	if (!region_create() || !region_path()[0])
		real_region_bail_out("no region in a file");
	region_reserve_all();
	record_set_block_rate_ns(1);
	record_set_fraction(1);
}

static void real_region_remove(const char *directory)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/contend-%u", directory, geteuid());
	ok(region_close() && rmdir(path) == 0 && rmdir(directory) == 0, "nothing is left of its file");
}

/* A copy of the region as it was when everybody waited. */
__attribute__((unused)) static struct region_file real_region_take(void)
{
	char directory[] = "/dev/shm/contend-real-region.XXXXXX";
	struct region_file file = {0};

	real_region_start(directory);
	for (uintptr_t i = 0; i < REAL_REGION_WAITERS; i++) {
		pthread_t waiter;

		pthread_create(&waiter, NULL, real_region_waiter, (void *)i);
		pthread_detach(waiter);
	}
	ok(t_await(&real_region_waiting, REAL_REGION_WAITERS), "threads wait");
	real_region_record();
	if (region_file_read(region_path(), &file) != 0)
		real_region_bail_out("the region cannot be read");
	real_region_remove(directory);
	return file;
}

#endif
