/* SPDX-License-Identifier: MIT */
/* waiting_matrix: the cells of the calls that only wait: each function of a family in each state, on fresh objects,
 * printed as one line with what it left: result, errno, and what the family's `tell` says of memory, descriptors and
 * the other side.
 *
 * Contract as in matrix.h. A state is a function that fills the arguments; what it opened as `fd` and `other` is
 * closed.
 */
#ifndef CONTEND_TESTS_WAITING_MATRIX_H
#define CONTEND_TESTS_WAITING_MATRIX_H

#include <sys/ioctl.h>

#include "matrix_other.h"
#include "waiting_calls.h"

enum { WAITING_BUFFER_BYTES = 1 << 18, WAITING_SHOWN = 24 };

struct waiting_cell {
	const struct waiting_call *call;
	struct waiting_arguments at;
	enum matrix_conduct conduct; /* KEEPS: nobody does anything */
	bool restarts;
	int (*give)(void *cell); /* what the other thread does once we sleep */
	int number;              /* the family's own */
	long result;
	int error;
};

struct waiting_state {
	const char *name;
	void (*set)(struct waiting_cell *cell);
	enum matrix_conduct conduct;
	bool restarts;
};

/* What arguments may point to; told apart from what the call wrote by the dots that are there before it. */
static struct waiting_memory {
	char buffer[WAITING_BUFFER_BYTES];
	struct iovec parts[2];
	off64_t offsets[2];
	struct timespec timeout, left;
	struct timeval timeout_us;
	sigset_t mask;
	struct epoll_event events[4];
	struct pollfd polled[2];
	fd_set sets[3];
	struct sockaddr_storage address;
	socklen_t address_limit;
	struct mmsghdr messages[2];
	unsigned priority;
	struct sembuf operations[2];
	int signal, status;
	siginfo_t info;
	struct rusage usage;
} waiting_memory;

/* Called for each cell before its call, where a program says so: for arguments that depend on the function. */
static void (*waiting_prepare)(struct waiting_cell *cell);

/* Before the states' names, where a program tries them on several kinds of objects. */
static const char *waiting_kind;

static char *waiting_unmapped; /* the second of two pages, where nothing is; the first is there */

static inline void waiting_init(void)
{
	long page = sysconf(_SC_PAGESIZE);
	char *pages = (char *)mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	need(pages != MAP_FAILED && !munmap(pages + page, page), "pages");
	waiting_unmapped = pages + page;
	hazard_limit(60);
}

/* The usual arguments: each pointer where it should point, `bytes` to be moved, in two parts. */
static inline void waiting_arguments_init(struct waiting_arguments *at, size_t bytes)
{
	struct waiting_memory *memory = &waiting_memory;

	memset(memory, 0, sizeof(*memory));
	memset(memory->buffer, '.', sizeof(memory->buffer));
	*at = (struct waiting_arguments){
		.fd = -1,
		.other = -1,
		.epoll = -1,
		.buffer = memory->buffer,
		.bytes = bytes,
		.object_bytes = sizeof(memory->buffer),
		.parts = memory->parts,
		.count = 2,
		.limit = 2,
		.left = &memory->left,
		.mask = &memory->mask,
		.events = memory->events,
		.polled = memory->polled,
		.messages = memory->messages,
		.message = &memory->messages[0].msg_hdr,
		.priority = &memory->priority,
		.operations = memory->operations,
		.signal = &memory->signal,
		.status = &memory->status,
		.info = &memory->info,
		.usage = &memory->usage,
		.address = (struct sockaddr *)&memory->address,
		.address_limit = &memory->address_limit,
	};
	memory->parts[0] = (struct iovec){memory->buffer, bytes / 2};
	memory->parts[1] = (struct iovec){memory->buffer + bytes / 2, bytes - bytes / 2};
	memory->address_limit = sizeof(memory->address);
	memory->left.tv_sec = MATRIX_ERRNO_CANARY;
	for (int m = 0; m < 2; m++)
		memory->messages[m].msg_hdr =
			(struct msghdr){.msg_iov = m ? &memory->parts[1] : memory->parts, .msg_iovlen = m ? 1 : 2};
}

/* Puts the buffer there, for those that take it and those that take parts. */
static inline void waiting_set_buffer(struct waiting_arguments *at, char *buffer)
{
	at->buffer = buffer;
	waiting_memory.parts[0].iov_base = buffer;
	waiting_memory.parts[1].iov_base = buffer ? buffer + waiting_memory.parts[0].iov_len : NULL;
}

static inline void waiting_set_flags(int fd, int flags)
{
	need(!fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | flags), "flags");
}

static inline void waiting_set_timeout(struct waiting_arguments *at, time_t seconds, long ns)
{
	waiting_memory.timeout = (struct timespec){seconds, ns};
	waiting_memory.timeout_us = (struct timeval){seconds, ns / 1000};
	at->timeout = &waiting_memory.timeout;
	at->timeout_us = &waiting_memory.timeout_us;
	at->timeout_ms = seconds * 1000 + ns / 1000000;
}

/* A file in the present directory, which is the test's own, opened for reading and writing, its position 0. */
static inline int waiting_open_file(const char *text)
{
	int fd = open(".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	char name[] = "waiting.XXXXXX";

	if (fd < 0) {
		fd = mkstemp(name);
		unlink(name);
	}
	need(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && !lseek(fd, 0, SEEK_SET), "file");
	return fd;
}

/* All that `fd`, if it is one, still has to be read, without waiting. */
static inline ssize_t waiting_drain(int fd)
{
	static char text[WAITING_BUFFER_BYTES];
	ssize_t bytes, total = 0;

	if (fcntl(fd, F_GETFD) < 0)
		return 0;
	waiting_set_flags(fd, O_NONBLOCK);
	while ((bytes = read(fd, text, sizeof(text))) > 0)
		total += bytes;
	return total;
}

/* What is at `text`, shown up to the first dot. */
static inline const char *waiting_shown(const char *text)
{
	static char shown[WAITING_SHOWN + 1];

	snprintf(shown, sizeof(shown), "%.*s", WAITING_SHOWN, text);
	shown[strcspn(shown, ".")] = '\0';
	for (char *c = shown; *c; c++)
		*c = *c < ' ' ? '?' : *c;
	return shown;
}

static inline int waiting_give(void *argument)
{
	struct waiting_cell *cell = (struct waiting_cell *)argument;

	return cell->give ? cell->give(cell) : 0;
}

static inline void waiting_invoke(struct waiting_cell *cell)
{
	struct matrix_other other = {.conduct = cell->conduct, .object = cell, .give = waiting_give};

	matrix_cell_begin();
	matrix_catch_signal(cell->restarts);
	if (cell->conduct != KEEPS)
		matrix_other_start(&other);
	matrix_calling = true;
	errno = MATRIX_ERRNO_CANARY;
	cell->result = cell->call->make(&cell->at);
	cell->error = errno;
	matrix_returned = true;
	if (cell->conduct != KEEPS)
		matrix_other_end(&other);
}

static inline void waiting_run_cell(const struct waiting_call *call, const struct waiting_state *state, size_t bytes,
				    void (*tell)(struct waiting_cell *cell, char *text, size_t limit))
{
	struct waiting_cell cell = {.call = call, .conduct = state->conduct, .restarts = state->restarts};
	char text[256] = "";

	waiting_arguments_init(&cell.at, bytes);
	state->set(&cell);
	if (waiting_prepare)
		waiting_prepare(&cell);
	waiting_invoke(&cell);
	if (tell)
		tell(&cell, text, sizeof(text));
	printf("%s%s%s/%s -> %ld, errno %s%s%s\n", waiting_kind ? waiting_kind : "", waiting_kind ? "/" : "",
	       state->name, call->name, cell.result,
	       cell.error == MATRIX_ERRNO_CANARY ? "untouched" : matrix_error_name(cell.error), *text ? ", " : "",
	       text);
	matrix_cells++;
	if (cell.at.fd > 2)
		close(cell.at.fd);
	if (cell.at.other > 2)
		close(cell.at.other);
}

/* All functions of a family in all states. */
static inline void waiting_run(enum waiting_family family, const struct waiting_state *states, size_t count,
			       size_t bytes, void (*tell)(struct waiting_cell *cell, char *text, size_t limit))
{
	for (size_t s = 0; s < count; s++)
		for (size_t c = 0; c < WAITING_CALLS; c++)
			if (waiting_calls[c].family == family)
				waiting_run_cell(&waiting_calls[c], &states[s], bytes, tell);
}

#endif
