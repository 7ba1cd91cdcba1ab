/* SPDX-License-Identifier: MIT */
/* io NUMBER ROUNDS: the rounds of that line of io.def, in a process with two threads; prints ns of CPU time per round.
 * io: limits and names, one a line. */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "check.h"
#include "company.h"

static int zero, null, epoll, sockets[2];
static struct pollfd ready;

static void prepare(void)
{
	struct epoll_event event = {.events = EPOLLIN};

	zero = open("/dev/zero", O_RDONLY);
	null = open("/dev/null", O_WRONLY);
	epoll = epoll_create1(0);
	ready = (struct pollfd){.fd = eventfd(1, 0), .events = POLLIN};
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, ready.fd, &event) || socketpair(AF_UNIX, SOCK_STREAM, 0, sockets))
		abort();
	company_begin();
}

static double ns_per_round(int number, unsigned long rounds)
{
	struct epoll_event event;
	uint64_t since_ns = 0;
	char byte = 0;
	int line = 0;

#define IO(name, limit, first, second)                                                                                 \
	if (number == line++) {                                                                                        \
		since_ns = t_cpu_ns();                                                                                 \
		for (unsigned long i = 0; i < rounds; i++) {                                                           \
			first;                                                                                         \
			second;                                                                                        \
		}                                                                                                      \
		return (double)(t_cpu_ns() - since_ns) / rounds;                                                       \
	}
#include "io.def"
#undef IO
	return 0;
}

int main(int argc, char **argv)
{
	if (argc < 3) {
#define IO(name, limit, first, second) printf("%g %s\n", (double)limit, name);
#include "io.def"
#undef IO
		return 0;
	}
	prepare();
	printf("%.3f\n", ns_per_round(atoi(argv[1]), strtoul(argv[2], NULL, 10)));
	return 0;
}
