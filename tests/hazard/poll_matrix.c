/* SPDX-License-Identifier: MIT
 * limit: 60
 * part of: matrix_test.sh
 *
 * Goal: event loops' waits answer in every state of their descriptors, with every kind of time-out and mask, as without
 * us: result, errno, which descriptors are ready for what, the signal mask after, and the time left where select tells
 * it.
 */
#include "waiting_matrix.h"

enum { NEAR_NS = 10000000, FAR_S = 20 };

/* A pipe to be read, in every form; waited for without end. */
static void watch(struct waiting_cell *cell, int fd)
{
	struct waiting_memory *memory = &waiting_memory;
	struct epoll_event event = {.events = EPOLLIN, .data.u64 = 1234567890123};

	memory->polled[0] = (struct pollfd){.fd = fd, .events = POLLIN, .revents = 0x5a5a};
	memory->polled[1] = (struct pollfd){.fd = -1, .events = POLLIN, .revents = 0x5a5a};
	cell->at.epoll = epoll_create1(EPOLL_CLOEXEC);
	epoll_ctl(cell->at.epoll, EPOLL_CTL_ADD, fd, &event);
	if (fd >= 0 && fd < FD_SETSIZE)
		FD_SET(fd, &memory->sets[0]);
	cell->at.sets[0] = &memory->sets[0];
	cell->at.timeout_ms = -1;
	cell->at.limit = fd >= 0 ? fd + 1 : 1;
	cell->at.mask = NULL;
}

static void watch_pipe(struct waiting_cell *cell, size_t bytes)
{
	int ends[2];

	need(!pipe2(ends, O_CLOEXEC), "pipe");
	cell->at.fd = ends[0];
	cell->at.other = ends[1];
	need(write(ends[1], "0123456789", bytes) == (ssize_t)bytes, "filled");
	watch(cell, ends[0]);
}

static int give_byte(void *argument)
{
	struct waiting_cell *cell = argument;

	return write(cell->at.other, "x", 1);
}

static int give_end(void *argument)
{
	struct waiting_cell *cell = argument;

	close(cell->at.other);
	return cell->at.other = -1;
}

static void ready(struct waiting_cell *cell)
{
	watch_pipe(cell, 1);
}

static void ready_asked(struct waiting_cell *cell)
{
	watch_pipe(cell, 1);
	waiting_set_timeout(&cell->at, 0, 0);
}

static void empty_asked(struct waiting_cell *cell)
{
	watch_pipe(cell, 0);
	waiting_set_timeout(&cell->at, 0, 0);
}

static void empty_near(struct waiting_cell *cell)
{
	watch_pipe(cell, 0);
	waiting_set_timeout(&cell->at, 0, NEAR_NS);
}

static void empty(struct waiting_cell *cell)
{
	watch_pipe(cell, 0);
	cell->give = give_byte;
}

static void empty_far(struct waiting_cell *cell)
{
	empty(cell);
	waiting_set_timeout(&cell->at, FAR_S, 0);
}

static void ends(struct waiting_cell *cell)
{
	watch_pipe(cell, 0);
	cell->give = give_end;
}

static void ended(struct waiting_cell *cell)
{
	watch_pipe(cell, 0);
	give_end(cell);
}

static void negative(struct waiting_cell *cell)
{
	empty(cell);
	waiting_set_timeout(&cell->at, -1, 0);
	cell->at.timeout_ms = -77;
}

static void bad_ns(struct waiting_cell *cell)
{
	empty(cell);
	waiting_set_timeout(&cell->at, 1, 0);
	waiting_memory.timeout.tv_nsec = 1000000000;
	waiting_memory.timeout_us.tv_usec = -1;
}

static void no_descriptor(struct waiting_cell *cell)
{
	watch(cell, -1);
	close(cell->at.epoll);
	cell->at.epoll = -1;
	waiting_set_timeout(&cell->at, 0, NEAR_NS);
}

static void not_open(struct waiting_cell *cell)
{
	watch_pipe(cell, 0);
	close(cell->at.epoll);
	close(cell->at.fd);
}

static void no_memory(struct waiting_cell *cell)
{
	ready(cell);
	cell->at.events = NULL;
	cell->at.polled = NULL;
}

static void unmapped(struct waiting_cell *cell)
{
	ready(cell);
	cell->at.events = (struct epoll_event *)waiting_unmapped;
	cell->at.polled = (struct pollfd *)waiting_unmapped;
	cell->at.sets[1] = (fd_set *)waiting_unmapped;
}

static void mask_unmapped(struct waiting_cell *cell)
{
	ready(cell);
	cell->at.mask = (sigset_t *)waiting_unmapped;
}

static void none(struct waiting_cell *cell)
{
	watch_pipe(cell, 0);
	cell->at.count = cell->at.limit = 0;
	waiting_set_timeout(&cell->at, 0, NEAR_NS);
}

static void too_many(struct waiting_cell *cell)
{
	watch_pipe(cell, 1);
	cell->at.count = 1 << 30;
	cell->at.limit = -1;
	cell->at.object_bytes = SIZE_MAX;
}

/* A signal that is blocked, and pending: the mask of the call lets it in. */
static void masked(struct waiting_cell *cell)
{
	sigset_t signals;

	empty_near(cell);
	sigemptyset(&signals);
	sigaddset(&signals, SIGHUP);
	need(!pthread_sigmask(SIG_BLOCK, &signals, NULL) && !raise(SIGHUP), "pending");
	sigemptyset(&waiting_memory.mask);
	cell->at.mask = &waiting_memory.mask;
}

static const struct waiting_state states[] = {
	{"ready", ready, KEEPS, false},
	{"ready-asked", ready_asked, KEEPS, false},
	{"empty-asked", empty_asked, KEEPS, false},
	{"empty-near", empty_near, KEEPS, false},
	{"comes-later", empty, GIVES, false},
	{"comes-later-far", empty_far, GIVES, false},
	{"ends-later", ends, GIVES, false},
	{"ended", ended, KEEPS, false},
	{"interrupted", empty, INTERRUPTS, false},
	{"interrupted-restarts", empty, INTERRUPTS, true},
	{"interrupted-far", empty_far, INTERRUPTS, false},
	{"negative", negative, GIVES, false},
	{"bad-ns", bad_ns, GIVES, false},
	{"no-descriptor", no_descriptor, KEEPS, false},
	{"not-open", not_open, KEEPS, false},
	{"no-memory", no_memory, KEEPS, false},
	{"unmapped", unmapped, KEEPS, false},
	{"mask-unmapped", mask_unmapped, KEEPS, false},
	{"none", none, KEEPS, false},
	{"too-many", too_many, KEEPS, false},
	{"masked", masked, KEEPS, false},
};

/* Ends what `masked` began. */
static bool hangup_is_pending(void)
{
	sigset_t signals;
	bool is_pending;

	sigpending(&signals);
	is_pending = sigismember(&signals, SIGHUP);
	sigemptyset(&signals);
	sigaddset(&signals, SIGHUP);
	pthread_sigmask(SIG_UNBLOCK, &signals, NULL);
	return is_pending;
}

static const char *left_name(const struct timeval *left)
{
	if (left->tv_sec == 0 && left->tv_usec == 0)
		return "none";
	if (left->tv_sec == 0 && left->tv_usec == NEAR_NS / 1000)
		return "near";
	if (left->tv_sec == FAR_S && left->tv_usec == 0)
		return "all";
	return left->tv_sec >= FAR_S - 10 && left->tv_sec < FAR_S ? "some" : "nonsense";
}

static void tell(struct waiting_cell *cell, char *out_text, size_t limit)
{
	const struct waiting_memory *memory = &waiting_memory;

	snprintf(out_text, limit, "polled %#x %#x, event %#x %llu, in set %d, left %s, pending %d, handled %u",
		 memory->polled[0].revents, memory->polled[1].revents, memory->events[0].events,
		 (unsigned long long)memory->events[0].data.u64,
		 cell->at.fd >= 0 && FD_ISSET(cell->at.fd, &memory->sets[0]), left_name(&memory->timeout_us),
		 hangup_is_pending(), matrix_signals);
	matrix_signals = 0;
	if (cell->at.epoll >= 0)
		close(cell->at.epoll);
}

int main(void)
{
	waiting_init();
	signal(SIGHUP, matrix_handle_signal);
	waiting_run(POLLS, states, MATRIX_COUNT(states), 0, tell);
	return matrix_finish();
}
