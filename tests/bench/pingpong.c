/* SPDX-License-Identifier: MIT */
/* pingpong NUMBER ROUNDS: two threads that wake each other by turns, so often, in the way of that line of the table; prints
 * ns per round, which is two wakes. pingpong: limits and names, one a line. */
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "check.h"

/* What one of the two threads waits at. */
struct side {
	pthread_mutex_t mutex;
	pthread_cond_t cond;
	bool has_ball; /* protected by mutex */
	sem_t semaphore;
	int pipe[2];
	int event;
	int epoll;
};

static void must(bool condition)
{
	if (!condition)
		abort();
}

static void cond_give(struct side *to)
{
	pthread_mutex_lock(&to->mutex);
	to->has_ball = true;
	pthread_cond_signal(&to->cond);
	pthread_mutex_unlock(&to->mutex);
}

static void cond_take(struct side *own)
{
	pthread_mutex_lock(&own->mutex);
	while (!own->has_ball)
		pthread_cond_wait(&own->cond, &own->mutex);
	own->has_ball = false;
	pthread_mutex_unlock(&own->mutex);
}

static void semaphore_give(struct side *to)
{
	sem_post(&to->semaphore);
}

static void semaphore_take(struct side *own)
{
	must(!sem_wait(&own->semaphore));
}

static void pipe_give(struct side *to)
{
	must(write(to->pipe[1], "", 1) == 1);
}

static void pipe_take(struct side *own)
{
	char byte;

	must(read(own->pipe[0], &byte, 1) == 1);
}

static void epoll_give(struct side *to)
{
	must(!eventfd_write(to->event, 1));
}

static void epoll_take(struct side *own)
{
	struct epoll_event event;
	eventfd_t count;

	must(epoll_wait(own->epoll, &event, 1, -1) == 1);
	must(!eventfd_read(own->event, &count));
}

static const struct way {
	const char *name;
	double limit; /* of what a bare round takes */
	void (*give)(struct side *to);
	void (*take)(struct side *own);
} ways[] = {
	{"cond", 1.10, cond_give, cond_take},
	{"semaphore", 1.10, semaphore_give, semaphore_take},
	{"pipe", 1.10, pipe_give, pipe_take},
	{"epoll and eventfd", 1.10, epoll_give, epoll_take},
};

static struct {
	const struct way *way;
	unsigned long rounds;
	struct side sides[2];
} bench;

static void prepare(struct side *side)
{
	struct epoll_event event = {.events = EPOLLIN};

	pthread_mutex_init(&side->mutex, NULL);
	pthread_cond_init(&side->cond, NULL);
	sem_init(&side->semaphore, 0, 0);
	side->event = eventfd(0, 0);
	side->epoll = epoll_create1(0);
	must(!pipe(side->pipe) && !epoll_ctl(side->epoll, EPOLL_CTL_ADD, side->event, &event));
}

static void play(unsigned number, void *argument)
{
	(void)argument;
	for (unsigned long i = 0; i < bench.rounds; i++) {
		if (number)
			bench.way->take(&bench.sides[1]);
		bench.way->give(&bench.sides[!number]);
		if (!number)
			bench.way->take(&bench.sides[0]);
	}
}

int main(int argc, char **argv)
{
	unsigned count = sizeof(ways) / sizeof(ways[0]);
	uint64_t since_ns;

	if (argc != 3) {
		for (unsigned i = 0; i < count; i++)
			printf("%g %s\n", ways[i].limit, ways[i].name);
		return 0;
	}
	must((unsigned)atoi(argv[1]) < count);
	bench.way = &ways[atoi(argv[1])];
	bench.rounds = strtoul(argv[2], NULL, 10);
	prepare(&bench.sides[0]);
	prepare(&bench.sides[1]);
	since_ns = t_now_ns();
	t_run(2, play, NULL);
	printf("%.1f\n", (double)(t_now_ns() - since_ns) / bench.rounds);
	return 0;
}
