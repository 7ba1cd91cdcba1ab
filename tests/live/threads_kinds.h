/* SPDX-License-Identifier: MIT */
/* threads_kinds: a thread in each kind of wait. */
#ifndef CONTEND_TESTS_THREADS_KINDS_H
#define CONTEND_TESTS_THREADS_KINDS_H

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "threads_start.h"

/* One thread for each kind of wait; its name is the kind's. */
static pthread_mutex_t held_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t written = PTHREAD_RWLOCK_INITIALIZER, read_only = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t spinning;
static sem_t empty;
static pthread_barrier_t never_full;
static pthread_once_t only_once = PTHREAD_ONCE_INIT;
static pthread_mutex_t recursive, robust, inheriting;
static pthread_mutex_t second_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t news = PTHREAD_COND_INITIALIZER;
static int pipes[2];
static int listener, lock_file[2], futex_word;
static pid_t child;

static void never_end(void)
{
	for (;;)
		pause();
}

static void *run_routine(void *unused)
{
	(void)unused;
	pthread_once(&only_once, never_end);
	return NULL;
}

#define WAITS_IN(kind, ...)                                                                                            \
	static void *wait_in_##kind(void *unused)                                                                      \
	{                                                                                                              \
		char byte = 0;                                                                                         \
                                                                                                                       \
		(void)unused, (void)byte;                                                                              \
		__VA_ARGS__;                                                                                           \
		return NULL;                                                                                           \
	}

static void wait_on_condition(void)
{
	pthread_mutex_lock(&second_lock);
	pthread_cond_wait(&news, &second_lock);
}

static void wait_in_epoll_set(void)
{
	struct epoll_event event = {.events = EPOLLIN};
	int set = epoll_create1(0);

	epoll_ctl(set, EPOLL_CTL_ADD, pipes[0], &event);
	epoll_wait(set, &event, 1, -1);
}

static void wait_in_file_set(void)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(pipes[0], &set);
	select(pipes[0] + 1, &set, NULL, NULL, NULL);
}

static void wait_for_room(void)
{
	static char page[4096];
	int full[2];

	if (pipe(full))
		return;
	while (write(full[1], page, sizeof(page)) > 0)
		;
}

static void wait_for_word(void)
{
	int pair[2];
	char byte;

	if (!socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		recv(pair[0], &byte, 1, 0);
}

WAITS_IN(mutex, pthread_mutex_lock(&held_mutex))
WAITS_IN(recursive, pthread_mutex_lock(&recursive))
WAITS_IN(robust, pthread_mutex_lock(&robust))
WAITS_IN(inheriting, pthread_mutex_lock(&inheriting))
WAITS_IN(rwlock_read, pthread_rwlock_rdlock(&written))
WAITS_IN(rwlock_write, pthread_rwlock_wrlock(&read_only))
WAITS_IN(spin, pthread_spin_lock(&spinning))
WAITS_IN(cond, wait_on_condition())
WAITS_IN(semaphore, sem_wait(&empty))
WAITS_IN(barrier, pthread_barrier_wait(&never_full))
WAITS_IN(join, pthread_join(*(pthread_t *)unused, NULL))
WAITS_IN(once, pthread_once(&only_once, never_end))
WAITS_IN(sleep, sleep(1000))
WAITS_IN(signal, pause())
WAITS_IN(child, waitpid(child, NULL, 0))
WAITS_IN(epoll, wait_in_epoll_set())
WAITS_IN(poll, poll(&(struct pollfd){.fd = pipes[0], .events = POLLIN}, 1, -1))
WAITS_IN(select, wait_in_file_set())
WAITS_IN(read, if (read(pipes[0], &byte, 1) < 0) perror("read"))
WAITS_IN(write, wait_for_room())
WAITS_IN(recv, wait_for_word())
WAITS_IN(accept, accept(listener, NULL, NULL))
WAITS_IN(flock, flock(lock_file[1], LOCK_EX))
WAITS_IN(futex, syscall(SYS_futex, &futex_word, 0, 0, NULL, NULL, 0))

static void init_mutex(pthread_mutex_t *mutex, int type, int robustness, int protocol)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_settype(&attributes, type);
	pthread_mutexattr_setrobust(&attributes, robustness);
	pthread_mutexattr_setprotocol(&attributes, protocol);
	pthread_mutex_init(mutex, &attributes);
	pthread_mutex_lock(mutex);
}

/* The file's name is the second argument of the program. */
static void hold_all(const char *path)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};

	init_mutex(&recursive, PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_NONE);
	pthread_mutex_lock(&recursive);
	init_mutex(&robust, PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST, PTHREAD_PRIO_NONE);
	init_mutex(&inheriting, PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_INHERIT);
	pthread_mutex_lock(&held_mutex);
	pthread_rwlock_wrlock(&written);
	pthread_rwlock_rdlock(&read_only);
	pthread_spin_init(&spinning, PTHREAD_PROCESS_PRIVATE);
	pthread_spin_lock(&spinning);
	sem_init(&empty, 0, 0);
	pthread_barrier_init(&never_full, NULL, 3);
	listener = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(listener, (struct sockaddr *)&address, sizeof(address)) || listen(listener, 1))
		exit(1);
	for (int i = 0; i < 2; i++)
		lock_file[i] = open(path, O_RDWR | O_CREAT, 0600);
	flock(lock_file[0], LOCK_EX);
	child = fork();
	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		sleep(1000);
		_exit(0);
	}
}

static void make_kinds(const char *path)
{
	static pthread_t joined;
	static const struct {
		const char *name;
		void *(*body)(void *);
	} kinds[] = {
#define KIND(name, function) {name, wait_in_##function}
		KIND("mutex", mutex),
		KIND("recursive", recursive),
		KIND("robust", robust),
		KIND("inheriting", inheriting),
		KIND("rwlock-read", rwlock_read),
		KIND("rwlock-write", rwlock_write),
		KIND("spin", spin),
		KIND("cond", cond),
		KIND("semaphore", semaphore),
		KIND("barrier", barrier),
		KIND("join", join),
		KIND("once", once),
		KIND("sleep", sleep),
		KIND("signal", signal),
		KIND("child", child),
		KIND("epoll", epoll),
		KIND("poll", poll),
		KIND("select", select),
		KIND("read", read),
		KIND("write", write),
		KIND("recv", recv),
		KIND("accept", accept),
		KIND("flock", flock),
		KIND("futex", futex),
#undef KIND
	};

	hold_all(path);
	joined = start("routine", run_routine, NULL);
	t_sleep_ms(100);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		start(kinds[i].name, kinds[i].body, &joined);
}

#endif
