/* SPDX-License-Identifier: MIT */
/* waits_seeds: waits shorter and longer than 1 ms, in four ways at the same time, and what a profile at that rate may say of
 * them.
 *
 * Prints   a line for each function that waits: name, leaf, labels, waits, ns, variance of the estimated count, variance
 *          of the estimated ns^2; separated by tabs. A wait of d < r is kept with p = d/r, as r/d waits and r ns: that has
 *          the variances (1-p)/p and r^2 p (1-p).
 */
#include <linux/futex.h>
#include <sys/epoll.h>
#include <sys/syscall.h>

#include "known_waits.h"

enum { RATE_NS = 1000000, SHORT_WAITS = 300, SHORT_US = 300, LONG_WAITS = 100, LONG_US = 2000 };

/* One thread's waits, and who ends them. */
struct waits {
	unsigned us;
	unsigned come; /* waits that have begun; atomic */
	int pair[2], epoll;
	uint32_t word;
	double ns;
	double count_variance;
	double ns_variance;
};

/* A way to wait, and to end that; end NULL: it ends by itself. */
struct way {
	const char *name, *leaf, *labels;
	void (*wait_short)(struct waits *waits);
	void (*wait_long)(struct waits *waits);
	void (*end)(struct waits *waits);
};

static void must(bool condition)
{
	if (!condition)
		abort();
}

static void by_pipe(struct waits *waits)
{
	char byte;

	must(read(waits->pair[0], &byte, 1) == 1);
}

static void by_epoll(struct waits *waits)
{
	struct epoll_event event;

	must(epoll_wait(waits->epoll, &event, 1, -1) == 1);
}

static void by_sleep(struct waits *waits)
{
	nanosleep(&(struct timespec){.tv_nsec = waits->us * 1000}, NULL);
}

static void by_futex(struct waits *waits)
{
	syscall(SYS_futex, &waits->word, FUTEX_WAIT_PRIVATE, 0, NULL);
}

static void give(struct waits *waits)
{
	must(write(waits->pair[1], "", 1) == 1);
}

static void wake(struct waits *waits)
{
	__atomic_store_n(&waits->word, 1, __ATOMIC_RELEASE);
	syscall(SYS_futex, &waits->word, FUTEX_WAKE_PRIVATE, 1);
}

/* The functions that the profile is searched for. */
#define WAITERS(way)                                                                                                   \
	OWN_FRAME static void way##_short(struct waits *waits)                                                         \
	{                                                                                                              \
		by_##way(waits);                                                                                       \
		NO_TAIL_CALL();                                                                                        \
	}                                                                                                              \
	OWN_FRAME static void way##_long(struct waits *waits)                                                          \
	{                                                                                                              \
		by_##way(waits);                                                                                       \
		NO_TAIL_CALL();                                                                                        \
	}
WAITERS(pipe)
WAITERS(epoll)
WAITERS(sleep)
WAITERS(futex)

static const struct way ways[] = {
	{"pipe", "read", "kind=read,fd=pipe", pipe_short, pipe_long, give},
	{"epoll", "epoll_wait", "kind=epoll", epoll_short, epoll_long, give},
	{"sleep", "nanosleep", "kind=sleep", sleep_short, sleep_long, NULL},
	{"futex", "syscall", "kind=futex", futex_short, futex_long, wake},
};

enum { WAYS = sizeof(ways) / sizeof(ways[0]) };

struct ender {
	const struct way *way;
	struct waits *waits;
	unsigned rounds;
};

static void *end_all(void *argument)
{
	struct ender *ender = argument;

	for (unsigned i = 1; i <= ender->rounds; i++) {
		while (__atomic_load_n(&ender->waits->come, __ATOMIC_ACQUIRE) < i)
			hazard_sleep_us(20);
		hazard_sleep_us(ender->waits->us);
		ender->way->end(ender->waits);
	}
	return NULL;
}

/* What is there for the way is taken, so that the next wait is one. */
static void clear(const struct way *way, struct waits *waits)
{
	char byte;

	if (way->wait_short == epoll_short)
		must(read(waits->pair[0], &byte, 1) == 1);
	__atomic_store_n(&waits->word, 0, __ATOMIC_RELEASE);
}

static void add(struct waits *waits, double ns)
{
	double kept = ns / RATE_NS;

	waits->ns += ns;
	if (kept < 1) {
		waits->count_variance += (1 - kept) / kept;
		waits->ns_variance += (double)RATE_NS * RATE_NS * kept * (1 - kept);
	}
}

static void run(const struct way *way, const char *length, void (*wait)(struct waits *waits), unsigned rounds,
		unsigned us)
{
	struct waits waits = {.us = us, .epoll = epoll_create1(0)};
	struct ender ender = {way, &waits, way->end ? rounds : 0};
	struct epoll_event event = {.events = EPOLLIN};
	pthread_t thread;

	must(!pipe(waits.pair) && !epoll_ctl(waits.epoll, EPOLL_CTL_ADD, waits.pair[0], &event));
	must(!pthread_create(&thread, NULL, end_all, &ender));
	for (unsigned i = 0; i < rounds; i++) {
		uint64_t since_ns = t_now_ns();

		__atomic_store_n(&waits.come, i + 1, __ATOMIC_RELEASE);
		wait(&waits);
		add(&waits, t_now_ns() - since_ns);
		clear(way, &waits);
	}
	pthread_join(thread, NULL);
	printf("%s_%s\t%s\t%s\t%u\t%.0f\t%.0f\t%.0f\n", way->name, length, way->leaf, way->labels, rounds, waits.ns,
	       waits.count_variance, waits.ns_variance);
}

static void body(unsigned number, void *argument)
{
	const struct way *way = &ways[number];

	(void)argument;
	run(way, "short", way->wait_short, SHORT_WAITS, SHORT_US);
	run(way, "long", way->wait_long, LONG_WAITS, LONG_US);
}

int main(void)
{
	t_run(WAYS, body, NULL);
	return 0;
}
