/* SPDX-License-Identifier: MIT */
/* loaders_lacking: asks, as programs do that run with libcs of all ages, for a function that came with glibc 2.35. */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <time.h>

typedef int epoll_pwait2_function(int fd, struct epoll_event *events, int limit, const struct timespec *timeout,
				  const sigset_t *mask);

int main(void)
{
	struct timespec no_time = {0};
	struct epoll_event event;
	epoll_pwait2_function *wait = (epoll_pwait2_function *)dlsym(RTLD_DEFAULT, "epoll_pwait2");
	int result;

	if (!wait) {
		puts("not there");
		return 0;
	}
	result = wait(-1, &event, 1, &no_time, NULL);
	printf("%d %s\n", result, errno == ENOSYS ? "ENOSYS" : "another error");
	return 0;
}
