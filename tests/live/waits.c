/* SPDX-License-Identifier: MIT */
/* waits: the functions of waits.def, each in a function named for its row. */
#include "architecture.h"
#include "families.h"
#include "waits_holders.h"

extern int __poll(struct pollfd *fds, nfds_t count, int timeout_ms);
extern int __poll_chk(struct pollfd *fds, nfds_t count, int timeout_ms, size_t fds_bytes);
extern int __ppoll_chk(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask,
		       size_t fds_bytes);
extern int __select(int limit, fd_set *readable, fd_set *writable, fd_set *exceptional, struct timeval *timeout);
extern ssize_t __read(int fd, void *buffer, size_t bytes);
extern ssize_t __read_chk(int fd, void *buffer, size_t bytes, size_t buffer_bytes);
extern ssize_t __pread64(int fd, void *buffer, size_t bytes, off64_t offset);
extern ssize_t __pread_chk(int fd, void *buffer, size_t bytes, off_t offset, size_t buffer_bytes);
extern ssize_t __pread64_chk(int fd, void *buffer, size_t bytes, off64_t offset, size_t buffer_bytes);
extern ssize_t __write(int fd, const void *buffer, size_t bytes);
extern ssize_t __pwrite64(int fd, const void *buffer, size_t bytes, off64_t offset);
extern ssize_t __recv_chk(int fd, void *buffer, size_t bytes, size_t buffer_bytes, int flags);
extern ssize_t __recvfrom_chk(int fd, void *buffer, size_t bytes, size_t buffer_bytes, int flags, void *address,
			      socklen_t *address_bytes);
extern ssize_t __send(int fd, const void *buffer, size_t bytes, int flags);
SENDS_OLD
extern int __connect(int fd, const struct sockaddr *address, socklen_t address_bytes);
extern int __nanosleep(const struct timespec *duration, struct timespec *out_left);
extern int __sigsuspend(const sigset_t *mask);
extern pid_t __wait(int *out_status);
extern pid_t __waitpid(pid_t pid, int *out_status, int options);
extern int __fcntl(int fd, int command, ...);

/* clang-format off */
#define WAITS(name, function, shown, object, label, hold, arguments, expectation)                                      \
	OWN_FRAME static int wait_##name(void *argument)                                                               \
	{                                                                                                              \
		struct awaited *it = argument;                                                                         \
		long got = (long)function arguments;                                                                         \
                                                                                                                       \
		(void)it;                                                                                              \
		NO_TAIL_CALL();                                                                                        \
		return (expectation) ? 0 : -1;                                                                         \
	}
#define WAITS_ALONE WAITS
#define CALLS(name, function, shown, object, label, arguments, expectation)                                            \
	WAITS(name, function, shown, object, label, known_waits_outlast, arguments, expectation)
#include "waits.def"
/* clang-format on */
#undef WAITS
#undef WAITS_ALONE
#undef CALLS

#define ROW(name, shown, object_, label, hold_, only_called)                                                           \
	{.waiter = "wait_" #name,                                                                                      \
	 .holder = #hold_,                                                                                             \
	 .kind = label,                                                                                                \
	 .function = #shown,                                                                                           \
	 .make = make_##object_,                                                                                       \
	 .is_only_called = only_called,                                                                                \
	 .waits = {.object = &(struct awaited){}, .wait = wait_##name, .hold = hold_}},
#define WAITS(name, function, shown, object, label, hold, arguments, expectation)                                      \
	ROW(name, shown, object, label, hold, false)
#define CALLS(name, function, shown, object, label, arguments, expectation)                                            \
	ROW(name, shown, object, label, known_waits_outlast, true)
#define WAITS_ALONE(...)
static struct family together[] = {
#include "waits.def"
};
#undef WAITS
#undef WAITS_ALONE
#undef CALLS
#define WAITS(...)
#define CALLS(...)
#define WAITS_ALONE(name, function, shown, object, label, hold, arguments, expectation)                                \
	ROW(name, shown, object, label, hold, false)
static struct family alone[] = {
#include "waits.def"
};

enum { TOGETHER = sizeof(together) / sizeof(*together), ALONE = sizeof(alone) / sizeof(*alone) };

int main(int argc, char **argv)
{
	if (argc > 2)
		return child_main(argv);
	unsetenv("LD_PRELOAD"); /* the children only hold */
	prepare_signals();
	families_run(together, TOGETHER, NULL);
	for (unsigned i = 0; i < TOGETHER; i++)
		unmake(together[i].make, together[i].waits.object);
	for (unsigned i = 0; i < ALONE; i++)
		families_run(&alone[i], 1, NULL);
	return 0;
}
