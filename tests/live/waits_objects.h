/* SPDX-License-Identifier: MIT */
/* waits_objects: what the rows of waits.def wait for. make_NAME makes one of that name: 0 or an error. */
#ifndef CONTEND_TESTS_WAITS_OBJECTS_H
#define CONTEND_TESTS_WAITS_OBJECTS_H

#include "waits_awaited.h"

static inline int make_nothing(void *object)
{
	(void)object;
	return 0;
}

static inline int make_knock(void *object)
{
	((struct awaited *)object)->signal = knock();
	return 0;
}

static inline int make_parcel(void *object)
{
	((struct awaited *)object)->signal = parcel();
	return 0;
}

static inline int new_pair(struct awaited *it, int error, const int pair[2], bool is_filled)
{
	if (error)
		return errno;
	it->fd = pair[is_filled];
	it->giver = pair[1];
	it->source = pair[0];
	return made(it, is_filled ? PAGE_BYTES : GIVEN_BYTES);
}

static inline int make_pipe(void *object)
{
	int pair[2];

	return new_pair(object, pipe2(pair, O_CLOEXEC), pair, false);
}

static inline int make_full_pipe(void *object)
{
	int pair[2];

	return new_pair(object, pipe2(pair, O_CLOEXEC), pair, true);
}

/* The second one has room for what goes through in all rounds. */
static inline int make_two_pipes(void *object)
{
	struct awaited *it = object;
	int pair[2];

	if (pipe2(pair, O_CLOEXEC) || fcntl(pair[1], F_SETPIPE_SZ, 64 * PAGE_BYTES) < 0)
		return errno;
	it->file = pair[1];
	return make_pipe(object);
}

static inline int make_socket(void *object)
{
	int pair[2];

	return new_pair(object, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), pair, false);
}

static inline int make_full_socket(void *object)
{
	int pair[2];

	return new_pair(object, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), pair, true);
}

static inline int give_up_soon(const struct awaited *it, int which)
{
	struct timeval time = {.tv_usec = SOON_MS * 1000};

	return setsockopt(it->fd, SOL_SOCKET, which, &time, sizeof(time)) ? errno : 0;
}

static inline int make_impatient_socket(void *object)
{
	int error = make_socket(object);

	return error ? error : give_up_soon(object, SO_RCVTIMEO);
}

static inline int make_impatient_full_socket(void *object)
{
	int error = make_full_socket(object);

	return error ? error : give_up_soon(object, SO_SNDTIMEO);
}

/* The waiter has the terminal's side, the holder that of who sits in front of it. */
static inline int new_terminal(struct awaited *it)
{
	struct termios raw;

	if (openpty(&it->giver, &it->fd, NULL, NULL, NULL) || tcgetattr(it->fd, &raw))
		return errno;
	cfmakeraw(&raw);
	it->source = it->giver;
	return tcsetattr(it->fd, TCSANOW, &raw) ? errno : 0;
}

static inline int make_tty(void *object)
{
	int error = new_terminal(object);

	return error ? error : made(object, GIVEN_BYTES);
}

static inline int make_full_tty(void *object)
{
	int error = new_terminal(object);

	return error ? error : made(object, PAGE_BYTES);
}

static inline int make_eventfd(void *object)
{
	struct awaited *it = object;

	it->fd = it->giver = it->source = eventfd(0, EFD_CLOEXEC);
	return made(it, GIVEN_BYTES);
}

static inline int make_timerfd(void *object)
{
	struct awaited *it = object;

	it->fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	return made(it, GIVEN_BYTES);
}

static inline int make_signalfd(void *object)
{
	struct awaited *it = object;

	it->signal = parcel();
	it->fd = signalfd(-1, &parcel_only, SFD_CLOEXEC);
	return made(it, GIVEN_BYTES);
}

/* It tells of changes of `file`. */
static inline int make_inotify(void *object)
{
	struct awaited *it = object;
	char path[64];

	it->fd = inotify_init1(IN_CLOEXEC);
	if (made(it, GIVEN_BYTES))
		return errno;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", it->file);
	return inotify_add_watch(it->fd, path, IN_ATTRIB) < 0 ? errno : 0;
}

/* It tells when a pipe is readable. */
static inline int make_epoll(void *object)
{
	struct awaited *it = object;
	struct epoll_event event = {.events = EPOLLIN};
	int error = make_pipe(object);

	if (error)
		return error;
	it->fd = epoll_create1(EPOLL_CLOEXEC);
	return epoll_ctl(it->fd, EPOLL_CTL_ADD, it->source, &event) ? errno : 0;
}

/* Two files: the waiter's and `file`; a page of it in memory; and, for locks, the waiter's opened again. */
static inline int make_file(void *object)
{
	struct awaited *it = object;
	char path[64];

	it->fd = new_file();
	if (it->fd < 0)
		return errno;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", it->fd);
	it->giver = open(path, O_RDWR | O_CLOEXEC);
	it->page = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, it->fd, 0);
	return it->page == MAP_FAILED ? errno : made(it, GIVEN_BYTES);
}

/* A page that is not there until the holder says so: who copies to it or from it waits. */
static inline int new_fault(struct awaited *it)
{
	struct uffdio_api api = {.api = UFFD_API};
	struct uffdio_register missing = {.mode = UFFDIO_REGISTER_MODE_MISSING};

	it->page = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	it->faults = syscall(SYS_userfaultfd, O_CLOEXEC);
	if (it->page == MAP_FAILED || it->faults < 0 || ioctl(it->faults, UFFDIO_API, &api))
		return errno;
	missing.range = (struct uffdio_range){.start = (uintptr_t)it->page, .len = PAGE_BYTES};
	return ioctl(it->faults, UFFDIO_REGISTER, &missing) ? errno : 0;
}

static inline int make_faulting(void *object)
{
	struct awaited *it = object;
	int error = new_fault(it);

	it->fd = new_file();
	return error ? error : made(it, PAGE_BYTES);
}

static inline int make_faulting_zeros(void *object)
{
	struct awaited *it = object;
	int error = new_fault(it);

	it->fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	return error ? error : made(it, PAGE_BYTES);
}

/* A listening socket with a name that the kernel chose. */
static inline int new_listener(struct awaited *it, int *out_listener)
{
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	it->address = (struct sockaddr *)&it->address_un;
	it->address_un.sun_family = AF_UNIX;
	it->address_bytes = sizeof(it->address_un);
	*out_listener = listener;
	return listener < 0 || bind(listener, it->address, sizeof(sa_family_t)) ||
			       getsockname(listener, it->address, &it->address_bytes) || listen(listener, 0)
		       ? errno
		       : 0;
}

static inline int make_listener(void *object)
{
	struct awaited *it = object;

	return new_listener(it, &it->fd);
}

/* Nobody else gets in until one was accepted. */
static inline int make_full_listener(void *object)
{
	struct awaited *it = object;
	int error = new_listener(it, &it->source), guest;

	do
		guest = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	while (!error && guest >= 0 && !connect(guest, it->address, it->address_bytes));
	close(guest);
	it->fd = -1;
	return error;
}

static inline int make_message_queue(void *object)
{
	struct awaited *it = object;

	it->fd = msgget(IPC_PRIVATE, 0600);
	return made(it, GIVEN_BYTES);
}

static inline int make_full_message_queue(void *object)
{
	struct awaited *it = object;
	int error = make_message_queue(object);
	struct msqid_ds status;

	if (error || msgctl(it->fd, IPC_STAT, &status))
		return errno;
	status.msg_qbytes = sizeof(it->message.text);
	return msgctl(it->fd, IPC_SET, &status) || msgsnd(it->fd, &it->message, sizeof(it->message.text), 0) ? errno
													     : 0;
}

static inline int make_semaphores(void *object)
{
	struct awaited *it = object;

	it->fd = semget(IPC_PRIVATE, 1, 0600);
	return made(it, GIVEN_BYTES);
}

static inline int make_mqueue(void *object)
{
	struct awaited *it = object;
	struct mq_attr one = {.mq_maxmsg = 1, .mq_msgsize = GIVEN_BYTES};
	char name[64];

	snprintf(name, sizeof(name), "/contend-waits-%d-%p", getpid(), object);
	it->fd = mq_open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600, &one);
	mq_unlink(name);
	return made(it, GIVEN_BYTES);
}

static inline int make_full_mqueue(void *object)
{
	struct awaited *it = object;
	int error = make_mqueue(object);

	return error ? error : mq_send(it->fd, it->buffer, 1, 0) ? errno : 0;
}

/* SysV's objects outlive their process. */
static inline void unmake(int (*make)(void *), const struct awaited *it)
{
	if (make == make_message_queue || make == make_full_message_queue)
		msgctl(it->fd, IPC_RMID, NULL);
	if (make == make_semaphores)
		semctl(it->fd, 0, IPC_RMID);
}

#endif
