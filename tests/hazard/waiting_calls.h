/* SPDX-License-Identifier: MIT */
/* waiting_calls: the functions of interpose/waits.def, each as a function of one struct that has arguments for all of them.
 *
 * Of C and C++ programs. They are called by their names, so that a preload is met, and so are the names that
 * fortification and old programs use, which have no declaration.
 */
#ifndef CONTEND_TESTS_WAITING_CALLS_H
#define CONTEND_TESTS_WAITING_CALLS_H

#include <mqueue.h>
#include <netdb.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <termios.h>

#include "hazard/hazard.h"

struct waiting_arguments {
	int fd, other; /* -1: none */
	int flags;
	char *buffer;
	size_t bytes, object_bytes; /* what fortification believes of the buffer */
	struct iovec *parts;
	unsigned count, limit;
	off64_t offset, *offsets[2];
	struct timespec *timeout, *left;
	struct timeval *timeout_us;
	int timeout_ms;
	clockid_t clock;
	sigset_t *mask;
	int epoll;
	struct epoll_event *events;
	struct pollfd *polled;
	fd_set *sets[3];
	struct sockaddr *address;
	socklen_t address_bytes, *address_limit;
	struct msghdr *message;
	struct mmsghdr *messages;
	long type;
	unsigned *priority;
	struct sembuf *operations;
	int *signal, *status;
	siginfo_t *info;
	pid_t child;
	struct rusage *usage;
	FILE *stream;
	void *argument;
	const char *name, *service;
	struct addrinfo *hints, **found;
};

#ifdef __cplusplus
extern "C" {
#endif
extern __typeof__(poll) __poll;
extern __typeof__(select) __select;
extern __typeof__(read) __read;
extern __typeof__(pread64) __pread64;
extern __typeof__(write) __write;
extern __typeof__(pwrite64) __pwrite64;
extern __typeof__(send) __send;
SENDS_OLD
extern __typeof__(connect) __connect;
extern __typeof__(nanosleep) __nanosleep;
extern __typeof__(sigsuspend) __sigsuspend;
extern __typeof__(wait) __wait;
extern __typeof__(waitpid) __waitpid;
extern __typeof__(fcntl) __fcntl;
int __poll_chk(struct pollfd *fds, nfds_t count, int timeout_ms, size_t fds_bytes);
int __ppoll_chk(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask,
		size_t fds_bytes);
ssize_t __read_chk(int fd, void *buffer, size_t bytes, size_t buffer_bytes);
ssize_t __pread_chk(int fd, void *buffer, size_t bytes, off_t offset, size_t buffer_bytes);
ssize_t __pread64_chk(int fd, void *buffer, size_t bytes, off64_t offset, size_t buffer_bytes);
ssize_t __recv_chk(int fd, void *buffer, size_t bytes, size_t buffer_bytes, int flags);
ssize_t __recvfrom_chk(int fd, void *buffer, size_t bytes, size_t buffer_bytes, int flags, struct sockaddr *address,
		       socklen_t *address_bytes);
#ifdef __cplusplus
}
#endif

enum waiting_family {
	POLLS,
	READS,
	WRITES,
	SPLICES,
	RECVS,
	SENDS,
	ACCEPTS,
	CONNECTS,
	SYNCS,
	MSGRCVS,
	MSGSNDS,
	MQ_RECEIVES,
	MQ_SENDS,
	SEMOPS,
	SLEEPS,
	NANOSLEEPS,
	CLOCK_NANOSLEEPS,
	SIGWAITS,
	SIGSUSPENDS,
	CHILDREN,
	COMMANDS,
	POPENS,
	PCLOSES,
	FLOCKS,
	LOCKFS,
	FCNTLS,
	RESOLVES,
	WAITING_FAMILIES
};

struct waiting_call {
	const char *name;
	enum waiting_family family;
	long (*make)(struct waiting_arguments *at);
};

#define CALL(family, function, arguments)                                                                              \
	static inline long waiting_##function(struct waiting_arguments *at)                                            \
	{                                                                                                              \
		(void)at;                                                                                              \
		return (long)function arguments;                                                                       \
	}
#include "hazard/waiting_calls.def"
#undef CALL

#define CALL(family, function, arguments) {#function, family, waiting_##function},
static const struct waiting_call waiting_calls[] = {
#include "hazard/waiting_calls.def"
};
#undef CALL

enum { WAITING_CALLS = sizeof(waiting_calls) / sizeof(waiting_calls[0]) };

#endif
