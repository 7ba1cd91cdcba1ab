/* SPDX-License-Identifier: MIT */
/* Goal: only regular files are opened, however few descriptors there are; what a number leads to by now is told from what it led
 * to, and only the latter is closed. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "descriptor.h"

static void make_files(void)
{
	char directory[] = "descriptor-XXXXXX";

	if (!mkdtemp(directory) || chdir(directory) || mkdir("directory", 0700) || mkfifo("pipe", 0600) ||
	    close(open("file", O_CREAT | O_WRONLY, 0600)) || truncate("file", 123) || symlink("file", "link") ||
	    symlink("pipe", "link-to-pipe") || symlink("none", "link-to-none"))
		abort();
}

static void refuses(const char *path, int flags, int error)
{
	struct stat status;

	is_u64((uint64_t)-descriptor_open_regular("", path, flags, &status), (uint64_t)error, "%s is not opened", path);
}

static void opens(const char *path, int flags)
{
	struct stat status = {0};
	long descriptor = descriptor_open_regular("", path, flags, &status);

	ok(descriptor >= 0, "%s is opened", path);
	is_u64((uint64_t)status.st_size, 123, "and looked at");
	is_u64(fcntl(descriptor, F_GETFD), FD_CLOEXEC, "no program inherits it");
	is_u64(fcntl(descriptor, F_GETFL) & O_ACCMODE, flags & O_ACCMODE, "it is for what was asked");
	close(descriptor);
}

static void check_opening(void)
{
	opens("file", O_RDONLY);
	opens("file", O_RDWR | O_NOFOLLOW);
	opens("link", O_RDONLY);
	refuses("link", O_RDONLY | O_NOFOLLOW, EINVAL);
	refuses("pipe", O_RDONLY, EINVAL);
	refuses("link-to-pipe", O_RDONLY, EINVAL);
	refuses("directory", O_RDONLY, EINVAL);
	refuses("/dev/null", O_RDONLY, EINVAL);
	refuses("link-to-none", O_RDONLY, ENOENT);
	refuses("file/x", O_RDONLY, ENOTDIR);
}

static void check_one_descriptor(void)
{
	struct rlimit before, limit;
	int lowest = open("/dev/null", O_RDONLY);

	close(lowest);
	getrlimit(RLIMIT_NOFILE, &before);
	limit = (struct rlimit){.rlim_cur = lowest + 1, .rlim_max = before.rlim_max};
	setrlimit(RLIMIT_NOFILE, &limit);
	opens("file", O_RDONLY);
	refuses("pipe", O_RDONLY, EINVAL);
	ok(dup(STDIN_FILENO) == lowest, "no descriptor was kept");
	refuses("file", O_RDONLY, EMFILE);
	close(lowest);
	setrlimit(RLIMIT_NOFILE, &before);
}

static void check_exchanged(void)
{
	int file = open("file", O_RDONLY), other = open("pipe", O_RDONLY | O_NONBLOCK);
	struct descriptor_target target;

	is_u64((uint64_t)descriptor_target(file, &target), 0, "what it leads to");
	ok(descriptor_leads_to(file, &target), "is what it leads to");
	dup2(other, file);
	ok(!descriptor_leads_to(file, &target), "not so when the number is another's");
	is_u64((uint64_t)descriptor_close(file, &target), 0, "closing it is no error");
	is_u64(fcntl(file, F_GETFD), 0, "and leaves it open");
	close(file);
	ok(!descriptor_leads_to(file, &target), "nor when it is nobody's");
	is_u64((uint64_t)-descriptor_target(file, &target), EBADF, "which is an error");
	file = open("file", O_RDONLY);
	is_u64((uint64_t)descriptor_close(file, &target), 0, "our own is closed");
	ok(fcntl(file, F_GETFD) == -1, "indeed");
	close(other);
}

int main(void)
{
	make_files();
	check_opening();
	check_one_descriptor();
	check_exchanged();
	return done();
}
