/* SPDX-License-Identifier: MIT */
/* waits_holders: how waits for the objects of waits_objects.h begin and end. hold_NAME is one round of a holder, as
 * known_waits.h has it. */
#ifndef CONTEND_TESTS_WAITS_HOLDERS_H
#define CONTEND_TESTS_WAITS_HOLDERS_H

#include "waits_objects.h"

static inline void must(bool holds)
{
	if (!holds)
		abort();
}

static inline void give(struct awaited *it)
{
	must(write(it->giver, it->count, GIVEN_BYTES) == GIVEN_BYTES);
}

static inline void hold_give(struct known_waits *waits)
{
	known_waits_held(waits);
	give(waits->object);
}

static inline bool empty_a_little(struct awaited *it)
{
	static _Thread_local char sink[1 << 16];
	struct pollfd polled = {.fd = it->source, .events = POLLIN};

	return poll(&polled, 1, 0) == 1 && read(it->source, sink, sizeof(sink)) > 0;
}

static inline void empty(struct awaited *it)
{
	while (empty_a_little(it))
		;
}

/* The waiter only learns that there is something: it is taken away before the next round. */
static inline void hold_ready(struct known_waits *waits)
{
	empty(waits->object);
	hold_give(waits);
}

static inline bool fill_a_little(struct awaited *it)
{
	int flags = fcntl(it->fd, F_GETFL);
	bool was_room;

	fcntl(it->fd, F_SETFL, flags | O_NONBLOCK);
	was_room = write(it->fd, it->buffer, PAGE_BYTES) > 0;
	fcntl(it->fd, F_SETFL, flags);
	return was_room;
}

/* A terminal that takes no more may have handed on nothing yet, and will have room again when it has. */
static inline void fill(struct awaited *it)
{
	int bytes;

	do {
		while (fill_a_little(it))
			;
		t_sleep_ms(1);
		must(!ioctl(it->source, FIONREAD, &bytes));
	} while (bytes < PAGE_BYTES - 1 || fill_a_little(it));
}

/* A terminal hands on what it has in pieces: it is emptied until the waiter is back. */
static inline void hold_full(struct known_waits *waits)
{
	unsigned turn = __atomic_load_n(&waits->turn, __ATOMIC_ACQUIRE);

	fill(waits->object);
	known_waits_held(waits);
	while (__atomic_load_n(&waits->turn, __ATOMIC_ACQUIRE) < turn + KNOWN_WAITS_TURNS) {
		empty(waits->object);
		t_sleep_ms(1);
	}
}

static inline void hold_full_for_ever(struct known_waits *waits)
{
	fill(waits->object);
	known_waits_outlast(waits);
}

/* Of an eventfd: what is added must fit. */
static inline void hold_highest(struct known_waits *waits)
{
	struct awaited *it = waits->object;
	uint64_t highest = UINT64_MAX - 1, had;

	empty(it);
	must(write(it->fd, &highest, sizeof(highest)) == sizeof(highest));
	known_waits_held(waits);
	must(read(it->fd, &had, sizeof(had)) == sizeof(had));
}

static inline void hold_and_fire(struct known_waits *waits)
{
	struct awaited *it = waits->object;
	struct itimerspec now = {.it_value.tv_nsec = 1};

	known_waits_held(waits);
	must(!timerfd_settime(it->fd, 0, &now, NULL));
}

static inline void hold_and_signal(struct known_waits *waits)
{
	struct awaited *it = waits->object;

	known_waits_held(waits);
	must(!tgkill(getpid(), waits->waiter, it->signal));
}

static inline void hold_and_touch(struct known_waits *waits)
{
	struct awaited *it = waits->object;

	known_waits_held(waits);
	must(!fchmod(it->file, 0600));
}

static inline void hold_fault(struct known_waits *waits)
{
	struct awaited *it = waits->object;
	struct uffdio_zeropage zeros = {.range = {.start = (uintptr_t)it->page, .len = PAGE_BYTES}};

	madvise(it->page, PAGE_BYTES, MADV_DONTNEED);
	known_waits_held(waits);
	must(!ioctl(it->faults, UFFDIO_ZEROPAGE, &zeros));
}

static inline void hold_and_connect(struct known_waits *waits)
{
	struct awaited *it = waits->object;
	int guest = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	known_waits_held(waits);
	must(!connect(guest, it->address, it->address_bytes));
	close(guest);
}

static inline void hold_and_accept(struct known_waits *waits)
{
	struct awaited *it = waits->object;

	if (it->fd >= 0)
		close(it->fd);
	it->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	known_waits_held(waits);
	must(!close(accept(it->source, NULL, NULL)));
}

static inline void hold_and_msgsnd(struct known_waits *waits)
{
	struct awaited *it = waits->object;

	known_waits_held(waits);
	must(!msgsnd(it->fd, &it->message, sizeof(it->message.text), 0));
}

static inline void hold_and_msgrcv(struct known_waits *waits)
{
	struct awaited *it = waits->object;

	known_waits_held(waits);
	must(msgrcv(it->fd, &it->message, sizeof(it->message.text), 0, 0) > 0);
}

static inline void hold_and_mq_send(struct known_waits *waits)
{
	struct awaited *it = waits->object;

	known_waits_held(waits);
	must(!mq_send(it->fd, it->buffer, 1, 0));
}

static inline void hold_and_mq_receive(struct known_waits *waits)
{
	struct awaited *it = waits->object;
	char taken[GIVEN_BYTES];

	known_waits_held(waits);
	must(mq_receive(it->fd, taken, sizeof(taken), NULL) == 1);
}

static inline void hold_and_semop(struct known_waits *waits)
{
	struct awaited *it = waits->object;

	known_waits_held(waits);
	must(!semop(it->fd, &give_one, 1));
}

static inline void hold_flock(struct known_waits *waits)
{
	struct awaited *it = waits->object;

	must(!flock(it->giver, LOCK_EX));
	known_waits_held(waits);
	must(!flock(it->giver, LOCK_UN));
}

static inline void hold_file_lock(struct known_waits *waits)
{
	struct awaited *it = waits->object;

	must(!fcntl(it->giver, F_OFD_SETLK, &write_lock));
	known_waits_held(waits);
	must(!fcntl(it->giver, F_OFD_SETLK, &no_lock));
}

/* Children: this program, with "hold INPUT" or "lock INPUT". They live until their input ends; the latter lock a file first. */

enum { CHILD_FILE = 1000, CHILD_READY = 1001 }; /* descriptors: what to lock, and what is closed then */

static inline int child_main(char **arguments)
{
	char byte;

	if (!strcmp(arguments[1], "lock")) {
		if (lockf(CHILD_FILE, F_LOCK, 0))
			return 1;
		close(CHILD_READY);
	}
	return read(atoi(arguments[2]), &byte, 1) != 0;
}

/* A descriptor that two children inherit keeps a pipe open for longer than either knows: each gets its own and no other. */
static inline pid_t start_child(const char *what, int input, int file, int ready)
{
	char *arguments[] = {"waits", (char *)what, "0", NULL};
	posix_spawn_file_actions_t actions;
	pid_t child;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, input, 0);
	if (file >= 0)
		posix_spawn_file_actions_adddup2(&actions, file, CHILD_FILE);
	if (ready >= 0)
		posix_spawn_file_actions_adddup2(&actions, ready, CHILD_READY);
	must(!posix_spawn(&child, "/proc/self/exe", &actions, NULL, arguments, environ));
	posix_spawn_file_actions_destroy(&actions);
	close(input);
	return child;
}

static inline void hold_in_child(struct known_waits *waits)
{
	struct awaited *it = waits->object;
	int input[2];

	must(!pipe2(input, O_CLOEXEC));
	it->child = start_child("hold", input[0], -1, -1);
	known_waits_held(waits);
	close(input[1]);
}

static inline void hold_in_locker(struct known_waits *waits)
{
	struct awaited *it = waits->object;
	int input[2], ready[2];
	char byte;

	must(!pipe2(input, O_CLOEXEC) && !pipe2(ready, O_CLOEXEC));
	it->child = start_child("lock", input[0], it->giver, ready[1]);
	close(ready[1]);
	must(read(ready[0], &byte, 1) == 0);
	close(ready[0]);
	known_waits_held(waits);
	close(input[1]);
	hazard_wait(it->child);
}

/* The shell passes the end that is read on. */
static inline void new_command(struct awaited *it, int input[2])
{
	must(!pipe2(input, O_CLOEXEC) && !fcntl(input[0], F_SETFD, 0));
	snprintf(it->command, sizeof(it->command), "exec /proc/%d/exe hold %d", getpid(), input[0]);
}

static inline void hold_in_command(struct known_waits *waits)
{
	int input[2];

	new_command(waits->object, input);
	known_waits_held(waits);
	close(input[1]);
	close(input[0]);
}

static inline void hold_in_stream(struct known_waits *waits)
{
	struct awaited *it = waits->object;
	int input[2];

	new_command(it, input);
	it->stream = popen(it->command, "re");
	must(it->stream != NULL);
	close(input[0]);
	known_waits_held(waits);
	close(input[1]);
}

#endif
