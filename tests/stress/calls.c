/* SPDX-License-Identifier: MIT */
#include <linux/futex.h>
#include <poll.h>
#include <semaphore.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

#include "calls.h"
#include "certain.h"
#include "hazard/hazard.h"
#include "ledger.h"
#include "unseen.h"

static struct calls_things {
	int zero, null, file, event, epoll;
	int full[2], empty[2], sockets[2]; /* a byte is in the first pipe, and on its way to the first socket */
	int busy_listener, idle_listener;
	struct sockaddr_un address; /* of the busy one */
	socklen_t address_bytes;
	sigset_t hangup, all_but_urgent;
	sem_t semaphore, empty_semaphore;
	uint32_t word;
	pid_t pid, zombie;
} all_things;

static struct calls_things *const things = &all_things;
static const struct timespec none = {0, 0}, past = {1, 0};
static const uint64_t one = 1;

/* What was done, counted here and by the kernel or libc. */
static struct calls_counts {
	_Atomic uint64_t event, semaphore;
} counts;

enum call {
#define CALL(name, kind, events, call, holds) CALL_##name,
#include "calls.def"
#undef CALL
	CALLS
};

enum events { ONE, NONE, MAYBE };

static struct call_kind {
	const char *kind_name;
	enum events events;
	enum wait_kind kind;
	_Atomic uint64_t made;
} calls[CALLS] = {
#define CALL(name, kind_name, events, call, holds) {kind_name, events, 0, 0},
#include "calls.def"
#undef CALL
};

static bool calls_count(_Atomic uint64_t *count)
{
	atomic_fetch_add_explicit(count, 1, memory_order_relaxed);
	return true;
}

/* To the calling thread, where it is blocked. */
static void calls_raise(int signal)
{
	need(!unseen_call(SYS_tgkill, things->pid, unseen_call(SYS_gettid, 0, 0, 0, 0), signal, 0), "raised");
}

static int calls_accepted(int fd)
{
	return fd < 0 ? fd : (int)unseen_call(SYS_close, fd, 0, 0, 0);
}

/* Somebody to be accepted; who else accepts has made his own. */
static void knock(int fd)
{
	need(!unseen_call(SYS_connect, fd, (long)&things->address, things->address_bytes, 0), "connected");
}

#define IS_ERROR(error) (result == -1 && errno == (error))
#define RESULT          result
#define CALL(name, kind, events, call, holds)                                                                          \
	case CALL_##name:                                                                                              \
		result = (call);                                                                                       \
		need(holds, "%s in a handler gives %ld", #name, result);                                               \
		break;

__attribute__((noinline)) static void call_once_about(enum call which, int my_socket)
{
	struct flock my_lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
	struct pollfd my_polled = {.fd = things->full[0], .events = POLLIN};
	unsigned char my_byte = 1;
	struct iovec my_parts = {&my_byte, 1};
	struct msghdr my_message = {.msg_iov = &my_parts, .msg_iovlen = 1}, my_nothing = {.msg_iov = NULL};
	struct epoll_event my_event;
	siginfo_t my_info;
	fd_set my_set;
	int my_number;
	long result;

	FD_ZERO(&my_set);
	FD_SET(things->full[0], &my_set);
	switch (which) {
#include "calls.def"
	default:
		break;
	}
}

#undef CALL
#undef RESULT
#undef IS_ERROR

static void call_with_socket(enum call which)
{
	bool is_about_socket = which == CALL_connect || which == CALL_accept || which == CALL_accept4;
	int fd = -1;

	if (is_about_socket)
		fd = (int)unseen_call(SYS_socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, 0);
	if (is_about_socket && which != CALL_connect)
		knock(fd);
	call_once_about(which, fd);
	if (which == CALL_connect)
		calls_accepted((int)unseen_call(SYS_accept4, things->busy_listener, 0, 0, SOCK_CLOEXEC));
	if (is_about_socket)
		unseen_call(SYS_close, fd, 0, 0, 0);
}

/* Those that may be one of the lost, and no event, widen what the profiles may hold: few of them. */
static enum call choose(uint64_t choice)
{
	enum { MAYBE_EVERY = 256 };
	enum call which = choice % CALLS;

	return calls[which].events == MAYBE && choice / CALLS % MAYBE_EVERY ? CALL_read : which;
}

__attribute__((noinline)) void certain_call(uint64_t choice)
{
	struct call_kind *call = &calls[choose(choice)];

	calls_count(&call->made);
	if (call->events != NONE)
		ledger_begin(call->kind);
	call_with_socket(call - calls);
	if (call->events == ONE)
		ledger_done(call->kind);
}

static int make_listener(int flags)
{
	enum { QUEUE = 4096 };
	struct sockaddr_un any = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);

	need(!bind(fd, (struct sockaddr *)&any, sizeof(sa_family_t)) && !listen(fd, QUEUE), "listening");
	return fd;
}

static void make_sockets(void)
{
	things->busy_listener = make_listener(0);
	things->idle_listener = make_listener(SOCK_NONBLOCK);
	things->address_bytes = sizeof(things->address);
	need(!getsockname(things->busy_listener, (struct sockaddr *)&things->address, &things->address_bytes),
	     "address");
	need(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, things->sockets), "sockets");
	need(unseen_call(SYS_write, things->sockets[1], (long)"x", 1, 0) == 1, "a byte on its way");
}

static void make_files(void)
{
	struct epoll_event event = {.events = EPOLLIN};

	things->zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	things->null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	things->file = memfd_create("calls", MFD_CLOEXEC);
	things->event = eventfd(0, EFD_CLOEXEC);
	things->epoll = epoll_create1(EPOLL_CLOEXEC);
	need(things->zero >= 0 && things->null >= 0 && things->file >= 0 && things->event >= 0, "files");
	need(!pipe2(things->full, O_CLOEXEC) && !pipe2(things->empty, O_CLOEXEC | O_NONBLOCK), "pipes");
	need(unseen_call(SYS_write, things->full[1], (long)"x", 1, 0) == 1, "a byte in the pipe");
	need(!epoll_ctl(things->epoll, EPOLL_CTL_ADD, things->full[0], &event), "epoll");
}

static void note_urgent(int signal)
{
	(void)signal;
}

static void make_signals(void)
{
	struct sigaction action = {.sa_handler = note_urgent};

	need(!sigaction(SIGURG, &action, NULL), "handler");
	sigemptyset(&things->hangup);
	sigaddset(&things->hangup, SIGHUP);
	sigfillset(&things->all_but_urgent);
	sigdelset(&things->all_but_urgent, SIGURG);
}

/* Without handlers of forks, and ended without libc: nobody hears of it. */
static pid_t make_zombie(void)
{
	pid_t pid = _Fork();

	if (pid == 0)
		unseen_call(SYS_exit_group, 7, 0, 0, 0);
	need(pid > 0, "child");
	return pid;
}

void calls_open(void)
{
	for (int i = 0; i < CALLS; i++)
		calls[i].kind = ledger_kind(calls[i].kind_name);
	things->pid = getpid();
	make_files();
	make_sockets();
	make_signals();
	need(!sem_init(&things->semaphore, 0, 0) && !sem_init(&things->empty_semaphore, 0, 0), "semaphores");
	things->zombie = make_zombie();
}

static void check_calls(void)
{
	uint64_t posted = 0;
	int value;

	for (int i = 0; i < CALLS; i++)
		need(calls[i].made > 0, "call %d was made", i);
	need(unseen_call(SYS_read, things->event, (long)&posted, sizeof(posted), 0) == sizeof(posted) &&
		     posted == counts.event,
	     "written %ju times, the kernel saw %ju", (uintmax_t)counts.event, (uintmax_t)posted);
	need(!sem_getvalue(&things->semaphore, &value) && (uint64_t)value == counts.semaphore,
	     "posted %ju times, the semaphore has %d", (uintmax_t)counts.semaphore, value);
}

void calls_close(void)
{
	const int descriptors[] = {things->zero,         things->null,       things->file,       things->event,
				   things->epoll,        things->full[0],    things->full[1],    things->empty[0],
				   things->empty[1],     things->sockets[0], things->sockets[1], things->busy_listener,
				   things->idle_listener};

	check_calls();
	for (size_t i = 0; i < sizeof(descriptors) / sizeof(*descriptors); i++)
		need(!close(descriptors[i]), "descriptor %d", descriptors[i]);
	need(unseen_wait(things->zombie) == 7 << 8, "the child waited all the time");
}
