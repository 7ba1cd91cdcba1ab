/* SPDX-License-Identifier: MIT */
/* fortified_calls: the calls that fortification checks, as a program makes them: into buffers whose size only the
 * compiler, or only the running program, knows, of a number of bytes that nobody knows beforehand. The programs
 * fortified_N.c are this at one level each; fortified_test.sh demands that theirs are the entries of that level.
 */
#ifndef CONTEND_TESTS_FORTIFIED_CALLS_H
#define CONTEND_TESTS_FORTIFIED_CALLS_H

#include <poll.h>
#include <sys/socket.h>

#include "hazard.h"

enum { BUFFER_BYTES = 16 };
static int ends[2], sockets[2], file;
static volatile size_t bytes = 10; /* to be moved, unknown to the compiler */

static void *send_later(void *argument)
{
	hazard_await_asleep(getpid());
	need(write(ends[1], "0123456789", 10) == 10 && send(sockets[1], "0123456789", 10, 0) == 10, "sent");
	return argument;
}

/* All of them, into a buffer that the compiler knows to be `buffer_bytes` long, if it is at a level that knows that. */
static inline __attribute__((always_inline)) void call_all(char *buffer, size_t buffer_bytes, nfds_t count)
{
	struct pollfd polled[1] = {{.fd = ends[0], .events = POLLIN}};
	struct timespec far = {20, 0};
	struct sockaddr_storage address;
	socklen_t address_bytes = sizeof(address);
	pthread_t sender = hazard_start(send_later, NULL);

	need(bytes <= buffer_bytes, "room");
	need(poll(polled, count, 20000) == 1 && polled[0].revents == POLLIN, "poll");
	need(read(ends[0], buffer, bytes) == 10 && !memcmp(buffer, "0123456789", 10), "read");
	need(recv(sockets[0], buffer, bytes / 2, 0) == 5 && !memcmp(buffer, "01234", 5), "recv");
	need(recvfrom(sockets[0], buffer, bytes, 0, (struct sockaddr *)&address, &address_bytes) == 5 &&
		     !memcmp(buffer, "56789", 5),
	     "recvfrom");
	hazard_join(sender);
	need(pread(file, buffer, bytes, 3) == 10 && !memcmp(buffer, "3456789abc", 10), "pread");
	need(pread64(file, buffer, bytes, 9) == 7 && !memcmp(buffer, "9abcdef", 7), "pread64");
	need(write(ends[1], "x", 1) == 1 && ppoll(polled, count, &far, NULL) == 1 && polled[0].revents == POLLIN,
	     "ppoll");
	need(read(ends[0], buffer, bytes) == 1 && buffer[0] == 'x', "one byte");
	errno = 4711;
	need(read(-1, buffer, bytes) == -1 && errno == EBADF, "no descriptor");
}

static void call_all_of_known_size(void)
{
	char buffer[BUFFER_BYTES];

	call_all(buffer, sizeof(buffer), bytes / 10);
}

/* The size of this one is known where it is made, and only there, while the program runs: level 3. */
static void call_all_of_found_size(void)
{
	char *buffer = malloc(bytes + 6);

	call_all(buffer, bytes + 6, bytes / 10);
	free(buffer);
}

/* More than there is room for is asked for, though it is not there: the program is ended, if its level looks at that. */
static int overflow(void)
{
	pid_t pid = fork();

	need(pid >= 0, "fork");
	if (!pid) {
		char buffer[BUFFER_BYTES];

		dup2(open("/dev/null", O_WRONLY), 2);
		setenv("LIBC_FATAL_STDERR_", "1", 1);
		bytes = BUFFER_BYTES + 1;
		_exit(pread(file, buffer, bytes, 0) == BUFFER_BYTES && buffer[0] == '0' ? 0 : 2);
	}
	return hazard_wait(pid);
}

int main(void)
{
	hazard_limit(20);
	file = fileno(tmpfile());
	need(write(file, "0123456789abcdef", 16) == 16, "file");
	need(!pipe(ends) && !socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), "pipe and sockets");
	call_all_of_known_size();
	call_all_of_found_size();
	printf("an overflow ends with %d\n", overflow());
	return 0;
}

#endif
