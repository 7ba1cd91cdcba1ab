/* SPDX-License-Identifier: MIT */
#include <poll.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

#include "cancel_points.h"
#include "unseen.h"

enum { LOCKED_BYTES = 10 };

/* What nobody ever gets from. */
static struct cancel_things {
	int full[2], full_sockets[2], sockets[2], listener, epoll, file, other_file;
	sigset_t all_signals, never_sent;
	pid_t child;
} all_things;

static struct cancel_things *const things = &all_things;

#define POINT(function, arguments)                                                                                     \
	static void wait_##function(struct cancel_waited *all)                                                         \
	{                                                                                                              \
		hazard_point_##function(&all->locks);                                                                  \
	}
#include "hazard/wait_points.def"
#undef POINT

#define POINT(name, kind, call)                                                                                        \
	static void wait_##name(struct cancel_waited *all)                                                             \
	{                                                                                                              \
		struct flock my_lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = LOCKED_BYTES};               \
		struct pollfd my_polled = {.fd = all->empty[0], .events = POLLIN};                                     \
		unsigned char my_byte = 0;                                                                             \
		struct iovec my_parts = {&my_byte, 1};                                                                 \
		struct msghdr my_message = {.msg_iov = &my_parts, .msg_iovlen = 1};                                    \
		struct epoll_event my_event;                                                                           \
		fd_set my_set;                                                                                         \
                                                                                                                       \
		FD_ZERO(&my_set);                                                                                      \
		FD_SET(all->empty[0], &my_set);                                                                        \
		(void)my_lock, (void)my_polled, (void)my_message, (void)my_event;                                      \
		long result = (call);                                                                                  \
                                                                                                                       \
		need(result == EINTR || (result != 0 && errno == EINTR), "%s is refused: %ld", #name, result);         \
	}
#include "stress/cancel_points.def"
#undef POINT

struct cancel_point cancel_points[] = {
#define POINT(function, arguments) {#function, NULL, wait_##function, 0},
#include "hazard/wait_points.def"
#undef POINT
#define POINT(name, kind, call) {#name, kind, wait_##name, 0},
#include "stress/cancel_points.def"
#undef POINT
};

const unsigned cancel_points_count = sizeof(cancel_points) / sizeof(cancel_points[0]);

/* The kinds of those that are in a list without. */
static const char *kind_of_lock_wait(const char *name)
{
	if (strstr(name, "cond") || strstr(name, "cnd"))
		return "cond";
	if (strstr(name, "join"))
		return "join";
	return strstr(name, "sem") ? "semaphore" : "sleep";
}

static void look_up_kinds(void)
{
	for (struct cancel_point *point = cancel_points; point < cancel_points + cancel_points_count; point++)
		point->kind = ledger_kind(point->kind_name ? point->kind_name : kind_of_lock_wait(point->name));
}

static void fill(int fd)
{
	static const char nothing[4096];

	need(!fcntl(fd, F_SETFL, O_NONBLOCK), "does not wait");
	for (size_t bytes = sizeof(nothing); bytes > 0; bytes = bytes > 1 ? 1 : 0)
		while (unseen_call(SYS_write, fd, (long)nothing, (long)bytes, 0) > 0)
			;
	need(!fcntl(fd, F_SETFL, 0), "waits");
}

static void make_files(void)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = LOCKED_BYTES};
	char path[64];

	things->file = memfd_create("locked", MFD_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", things->file);
	things->other_file = open(path, O_RDWR | O_CLOEXEC);
	need(things->other_file >= 0 && !fcntl(things->other_file, F_OFD_SETLK, &lock), "a file that is locked");
	need(!pipe2(things->full, O_CLOEXEC), "pipe");
	things->epoll = epoll_create1(EPOLL_CLOEXEC);
}

static void make_sockets(void)
{
	struct sockaddr_un any = {.sun_family = AF_UNIX};

	need(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, things->sockets) &&
		     !socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, things->full_sockets),
	     "sockets");
	things->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	need(!bind(things->listener, (struct sockaddr *)&any, sizeof(sa_family_t)) && !listen(things->listener, 1),
	     "listening");
}

/* Lives as long as this process wants, and makes no library's handlers of forks run. */
static pid_t make_child(void)
{
	pid_t parent = getpid(), pid = _Fork();

	while (pid == 0) {
		unseen_sleep_us(100000);
		if (unseen_call(SYS_getppid, 0, 0, 0, 0) != parent)
			unseen_call(SYS_exit_group, 0, 0, 0, 0);
	}
	need(pid > 0, "child");
	return pid;
}

void cancel_points_open(void)
{
	look_up_kinds();
	make_files();
	make_sockets();
	fill(things->full[1]);
	fill(things->full_sockets[1]);
	sigfillset(&things->all_signals);
	sigemptyset(&things->never_sent);
	sigaddset(&things->never_sent, SIGWINCH);
	things->child = make_child();
}

void cancel_points_close(void)
{
	const int descriptors[] = {things->full[0],         things->full[1],    things->full_sockets[0],
				   things->full_sockets[1], things->sockets[0], things->sockets[1],
				   things->listener,        things->epoll,      things->file,
				   things->other_file};

	for (size_t i = 0; i < sizeof(descriptors) / sizeof(*descriptors); i++)
		need(!close(descriptors[i]), "descriptor %d", descriptors[i]);
	need(!kill(things->child, SIGKILL) && unseen_wait(things->child) == SIGKILL, "the child lived on");
}
