/* SPDX-License-Identifier: MIT */
/* Goal: every kind of descriptor is told from the others, what is none is none, errno stays, and in a sandbox nothing is asked. */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <pty.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "check.h"
#include "file_type.h"
#include "kernel.h"

static const char *name_of(int descriptor)
{
	static const char *const names[] = {
#define FILE_TYPE(identifier, name) name,
#include "file_types.def"
#undef FILE_TYPE
	};

	return names[file_type_of(descriptor)];
}

/* Takes the descriptor. */
static void is_of_type(int descriptor, const char *type, const char *what)
{
	ok(descriptor >= 0, "%s: opened", what);
	is_str(name_of(descriptor), type, "%s", what);
	close(descriptor);
	is_str(name_of(descriptor), "", "%s, closed", what);
}

static void check_files(void)
{
	is_of_type(open("file", O_CREAT | O_RDWR, 0600), "file", "a file");
	is_of_type(open("file", O_PATH), "file", "a file that is only named");
	is_of_type(memfd_create("memory", 0), "file", "a file in memory");
	is_of_type(open(".", O_RDONLY | O_DIRECTORY), "directory", "a directory");
	if (symlink("file", "link"))
		skip(3, "no symbolic link can be made");
	else
		is_of_type(open("link", O_PATH | O_NOFOLLOW), "other", "a symbolic link itself");
}

static void check_devices(void)
{
	int giver, terminal;

	is_of_type(open("/dev/null", O_RDWR), "device", "a device");
	if (openpty(&giver, &terminal, NULL, NULL, NULL)) {
		skip(6, "no pseudo-terminal to be had");
		return;
	}
	is_of_type(terminal, "tty", "a terminal");
	is_of_type(giver, "tty", "who sits in front of it");
}

/* Only named, so that no right to read it is needed. */
static void check_disk(void)
{
	glob_t disks = {0};
	struct stat status;
	size_t i = 0;

	glob("/dev/*", 0, NULL, &disks);
	while (i < disks.gl_pathc && (stat(disks.gl_pathv[i], &status) || !S_ISBLK(status.st_mode)))
		i++;
	if (i < disks.gl_pathc)
		is_of_type(open(disks.gl_pathv[i], O_PATH), "disk", "a disk");
	else
		skip(3, "no block device here");
	globfree(&disks);
}

static void check_pipes_and_sockets(void)
{
	int pair[2];

	if (pipe(pair) == 0) {
		is_of_type(pair[0], "pipe", "the end of a pipe that is read");
		is_of_type(pair[1], "pipe", "the other end");
	}
	if (mkfifo("fifo", 0600) == 0)
		is_of_type(open("fifo", O_RDWR), "pipe", "a pipe with a name");
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0) {
		is_of_type(pair[0], "socket", "a stream socket");
		is_of_type(pair[1], "socket", "its peer");
	}
	is_of_type(socket(AF_INET, SOCK_DGRAM, 0), "socket", "a datagram socket");
}

static void check_nameless(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	is_of_type(epoll_create1(0), "epoll", "an epoll");
	is_of_type(eventfd(0, 0), "eventfd", "an eventfd");
	is_of_type(timerfd_create(CLOCK_MONOTONIC, 0), "timerfd", "a timerfd");
	is_of_type(signalfd(-1, &signals, 0), "signalfd", "a signalfd");
	is_of_type(inotify_init1(0), "inotify", "an inotify");
}

static void check_numbers(void)
{
	struct rlimit limit;
	int low = eventfd(0, 0);

	is_str(name_of(-1), "", "no descriptor");
	is_str(name_of(FILE_IS_SOCKET), "socket", "one that can only be a socket");
	is_str(name_of(-100), "", "the directory that -100 means elsewhere");
	is_str(name_of(2147483647), "", "a number that none has");
	getrlimit(RLIMIT_NOFILE, &limit);
	is_of_type(fcntl(low, F_DUPFD, limit.rlim_cur - 1), "eventfd", "the highest number that one can have");
	dup2(low, 0);
	is_of_type(0, "eventfd", "number 0");
	close(low);
}

static void check_errno(void)
{
	int one = epoll_create1(0);

	errno = 4711;
	(void)file_type_of(-1);
	(void)file_type_of(one);
	close(one);
	(void)file_type_of(one);
	is_u64(errno, 4711, "errno is what it was");
}

static void check_sandbox(void)
{
	int one = open("file", O_RDONLY);

	is_str(name_of(one), "file", "a file before system calls may be punished");
	kernel_forbid();
	is_str(name_of(one), "", "and after");
	is_str(name_of(FILE_IS_SOCKET), "socket", "a socket, as its call shows, which nobody asks about");
	close(one);
}

int main(void)
{
	check_files();
	check_devices();
	check_disk();
	check_pipes_and_sockets();
	check_nameless();
	check_numbers();
	check_errno();
	check_sandbox();
	return done();
}
