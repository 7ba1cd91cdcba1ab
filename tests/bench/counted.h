/* SPDX-License-Identifier: MIT */
/* counted: what the calls of counted.def are about, beside the objects of pairs.h. */
#ifndef CONTEND_TESTS_COUNTED_H
#define CONTEND_TESTS_COUNTED_H

#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pairs.h"
#include "pressed.h"

enum { COUNTED_RELEASES = 100 };

static pthread_mutex_t recursive, taken_recursive, errorcheck, adaptive, robust, inherit, protect, fresh_mutex;
static pthread_mutex_t taken = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t read_rwlock = PTHREAD_RWLOCK_INITIALIZER, written_rwlock = PTHREAD_RWLOCK_INITIALIZER,
			fresh_rwlock;
static sem_t empty_semaphore, fresh_semaphore;
static cnd_t cnd;
static once_flag flag = ONCE_FLAG_INIT;
static const struct timespec distant = {.tv_sec = INT32_MAX}, past = {.tv_sec = 1}, no_time;
static unsigned word;
static char bytes[1];
static int zero, null, own_file, epoll, calm_socket, sockets[2];
static struct pollfd ready;
static struct epoll_event event;

static void counted_init_mutex(pthread_mutex_t *made, int type, int protocol, int robustness)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_settype(&attributes, type);
	pthread_mutexattr_setprotocol(&attributes, protocol);
	pthread_mutexattr_setrobust(&attributes, robustness);
	pthread_mutex_init(made, &attributes);
}

static void counted_init_locks(void)
{
	pairs_init();
	counted_init_mutex(&recursive, PTHREAD_MUTEX_RECURSIVE, PTHREAD_PRIO_NONE, PTHREAD_MUTEX_STALLED);
	counted_init_mutex(&taken_recursive, PTHREAD_MUTEX_RECURSIVE, PTHREAD_PRIO_NONE, PTHREAD_MUTEX_STALLED);
	counted_init_mutex(&errorcheck, PTHREAD_MUTEX_ERRORCHECK, PTHREAD_PRIO_NONE, PTHREAD_MUTEX_STALLED);
	counted_init_mutex(&adaptive, PTHREAD_MUTEX_ADAPTIVE_NP, PTHREAD_PRIO_NONE, PTHREAD_MUTEX_STALLED);
	counted_init_mutex(&robust, PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_NONE, PTHREAD_MUTEX_ROBUST);
	counted_init_mutex(&inherit, PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_INHERIT, PTHREAD_MUTEX_STALLED);
	counted_init_mutex(&protect, PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_PROTECT, PTHREAD_MUTEX_STALLED);
	cnd_init(&cnd);
	sem_init(&empty_semaphore, 0, 0);
	pthread_mutex_lock(&taken);
	pthread_mutex_lock(&taken_recursive);
	pthread_rwlock_rdlock(&read_rwlock);
	pthread_rwlock_wrlock(&written_rwlock);
}

static void counted_init_files(void)
{
	int calm_sockets[2];

	zero = open("/dev/zero", O_RDONLY);
	null = open("/dev/null", O_WRONLY);
	own_file = open("/proc/self/exe", O_RDONLY);
	socketpair(AF_UNIX, SOCK_STREAM, 0, sockets);
	socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, calm_sockets);
	calm_socket = calm_sockets[0];
	epoll = epoll_create1(0);
	event = (struct epoll_event){.events = EPOLLOUT};
	epoll_ctl(epoll, EPOLL_CTL_ADD, sockets[0], &event);
	ready = (struct pollfd){.fd = zero, .events = POLLIN};
}

static void counted_init(void)
{
	pressed_begin(COUNTED_RELEASES);
	counted_init_locks();
	counted_init_files();
}

#endif
