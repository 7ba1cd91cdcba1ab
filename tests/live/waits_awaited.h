/* SPDX-License-Identifier: MIT */
/* waits_awaited: something that a row of waits.def waits for, and what its arguments and expectation are made of. */
#ifndef CONTEND_TESTS_WAITS_AWAITED_H
#define CONTEND_TESTS_WAITS_AWAITED_H

#include <linux/userfaultfd.h>
#include <mqueue.h>
#include <netdb.h>
#include <poll.h>
#include <pty.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>

#include "known_waits.h"

enum {
	GIVEN_BYTES = 8, /* what a reader gets, and an eventfd takes */
	PAGE_BYTES = 4096,
	SOON_MS = 50,
	FAR_MS = 60000,
};

struct awaited {
	int fd;     /* what the waiter passes */
	int giver;  /* what the holder gives by */
	int source; /* what the holder empties */
	int file;   /* a regular file of one page, or whatever else the call needs */
	int signal; /* that ends the wait */
	int faults; /* tells of faults in the page, and ends them */
	pid_t child;
	FILE *stream;
	char command[64];
	char buffer[PAGE_BYTES];
	char *page;
	uint64_t count[1];
	struct iovec part;
	struct mmsghdr messages[1];
	struct pollfd polled[2];
	fd_set chosen;
	struct epoll_event events[1];
	struct sockaddr *address;
	struct sockaddr_un address_un;
	socklen_t address_bytes;
	struct {
		long type;
		char text[GIVEN_BYTES];
	} message;
	struct addrinfo *found;
};

static const struct timespec soon = {.tv_nsec = SOON_MS * 1000000L}, far = {.tv_sec = FAR_MS / 1000};
static struct sembuf take_one = {.sem_op = -1}, give_one = {.sem_op = 1};
static struct flock write_lock = {.l_type = F_WRLCK}, no_lock = {.l_type = F_UNLCK};
static sigset_t no_signals, parcel_only;

/* Of the two signals that end waits the one is handled, the other one is blocked everywhere and must be fetched. SIGCHLD is
 * blocked, too: while a thread is in system(), which blocks it, the kernel interrupts another one instead. */
static inline int knock(void)
{
	return SIGRTMIN + 1;
}

static inline int parcel(void)
{
	return SIGRTMIN + 2;
}

static inline void handle_knock(int signal)
{
	(void)signal;
}

static inline void prepare_signals(void)
{
	struct sigaction action = {.sa_handler = handle_knock};
	sigset_t blocked;

	sigaction(knock(), &action, NULL);
	sigemptyset(&no_signals);
	sigemptyset(&parcel_only);
	sigaddset(&parcel_only, parcel());
	blocked = parcel_only;
	sigaddset(&blocked, SIGCHLD);
	pthread_sigmask(SIG_BLOCK, &blocked, NULL);
}

/* A file of one page without a name. */
static inline int new_file(void)
{
	char path[] = "waits.XXXXXX";
	int file = mkostemp(path, O_CLOEXEC);

	unlink(path);
	return file < 0 || ftruncate(file, PAGE_BYTES) ? -1 : file;
}

/* Whatever several calls take; `fd` is set. */
static inline int made(struct awaited *it, size_t part_bytes)
{
	if (it->fd < 0 || it->giver < 0)
		return errno;
	it->file = it->file ? it->file : new_file();
	it->part = (struct iovec){it->page ? it->page : it->buffer, part_bytes};
	it->messages[0].msg_hdr = (struct msghdr){.msg_iov = &it->part, .msg_iovlen = 1};
	it->count[0] = 1;
	it->message.type = 1;
	return it->file < 0 ? errno : 0;
}

/* Arguments and expectations that are more than a word. */

static inline struct pollfd *readable(struct awaited *it)
{
	it->polled[0] = (struct pollfd){.fd = it->fd, .events = POLLIN};
	it->polled[1] = (struct pollfd){.fd = it->giver, .events = POLLERR};
	return it->polled;
}

static inline fd_set *chosen(struct awaited *it)
{
	FD_ZERO(&it->chosen);
	FD_SET(it->fd, &it->chosen);
	return &it->chosen;
}

static inline bool rewound(const struct awaited *it)
{
	return lseek(it->fd, 0, SEEK_SET) == 0;
}

/* A stream of popen's, without pclose, which would be another wait. */
__attribute__((noinline, unused)) static bool dropped(long stream)
{
	return fclose((FILE *)stream) == 0;
}

static inline bool freed(const struct awaited *it)
{
	freeaddrinfo(it->found);
	return true;
}

#endif
