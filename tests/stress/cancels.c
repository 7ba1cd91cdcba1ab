/* SPDX-License-Identifier: MIT */
/* storm cancels: threads that are cancelled in every wait that is a cancellation point, asleep and at random, deferred and
 * asynchronously. Cleanup handlers find the mutexes held, unlock them and wait; what was waited for works afterwards. */
#include <poll.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

#include "hazard/wait_points.h"
#include "stress.h"

enum { RANDOM_US = 500, LOCKED_BYTES = 10 };

/* What nobody ever gets from. */
static struct cancels_things {
	int full[2], full_sockets[2], sockets[2], listener, epoll, file, other_file;
	sigset_t all_signals, never_sent;
	pid_t child;
} all_things;

static struct cancels_things *const things = &all_things;

/* Who makes victims, one after the other. */
struct controller {
	struct stress_worker *worker;
	struct hazard_waited waited;
	int empty[2];
	uint64_t cancelled;
};

struct point {
	const char *name, *kind_name;
	void (*wait)(struct controller *all);
	enum wait_kind kind;
};

#define POINT(function, arguments)                                                                                     \
	static void wait_##function(struct controller *all)                                                            \
	{                                                                                                              \
		hazard_point_##function(&all->waited);                                                                 \
	}
#include "hazard/wait_points.def"
#undef POINT

#define POINT(name, kind, call)                                                                                        \
	static void wait_##name(struct controller *all)                                                                \
	{                                                                                                              \
		struct flock my_lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = LOCKED_BYTES};               \
		struct pollfd my_polled = {.fd = all->empty[0], .events = POLLIN};                                     \
		unsigned char my_byte = 0;                                                                             \
		struct iovec my_parts = {&my_byte, 1};                                                                 \
		struct msghdr my_message = {.msg_iov = &my_parts, .msg_iovlen = 1};                                    \
		struct epoll_event my_event;                                                                           \
		fd_set my_set;                                                                                         \
                                                                                                                       \
		FD_ZERO(&my_set);                                                                                      \
		FD_SET(all->empty[0], &my_set);                                                                        \
		(void)my_lock, (void)my_polled, (void)my_message, (void)my_event;                                      \
		long result = (call);                                                                                  \
                                                                                                                       \
		need(result == EINTR || (result != 0 && errno == EINTR), "%s is refused: %ld", #name, result);         \
	}
#include "stress/cancels.def"
#undef POINT

static struct point points[] = {
#define POINT(function, arguments) {#function, NULL, wait_##function, 0},
#include "hazard/wait_points.def"
#undef POINT
#define POINT(name, kind, call) {#name, kind, wait_##name, 0},
#include "stress/cancels.def"
#undef POINT
};

enum { POINTS = sizeof(points) / sizeof(points[0]) };

/* The kinds of those that are in a list without. */
static const char *kind_of_lock_wait(const char *name)
{
	if (strstr(name, "cond") || strstr(name, "cnd"))
		return "cond";
	if (strstr(name, "join"))
		return "join";
	return strstr(name, "sem") ? "semaphore" : "sleep";
}

static void look_up_kinds(void)
{
	for (struct point *point = points; point < points + POINTS; point++)
		point->kind = ledger_kind(point->kind_name ? point->kind_name : kind_of_lock_wait(point->name));
}

/* How the cancellation comes. */
enum way {
	DEFERRED,            /* in the wait, whenever it is sent */
	ASYNCHRONOUS_ASLEEP, /* in the wait: it is sent when the thread sleeps there, and no handler runs */
	ASYNCHRONOUS_RANDOM, /* anywhere in short waits that bear it: any instruction of ours */
	WAYS
};

struct victim {
	struct controller *controller;
	const struct point *point;
	enum way way;
	uint64_t choice;
	pid_t tid; /* 0 before it is there; atomic */
	_Atomic uint64_t waits;
	bool is_cleaned, has_cleaned_first;
};

/* Ends only by cancellation; a handler of another storm may cut it short. Whoever is cancelled in it without any doubt
 * enters that in its cleanup handler. */
__attribute__((noinline)) static void certain_point(struct victim *victim)
{
	ledger_begin(victim->point->kind);
	victim->point->wait(victim->controller);
	ledger_done(victim->point->kind);
}

/* Waits that are over at once and hold nothing. */
__attribute__((noinline)) static void certain_blink(struct victim *victim)
{
	static const struct timespec none = {0, 0}, past = {1, 0}, blink = {0, 1};
	uint64_t which = victim->choice++ % 4;
	enum wait_kind kind = which == 0 ? WAIT_SEMAPHORE : which == 1 ? WAIT_POLL : WAIT_SLEEP;

	ledger_begin(kind);
	if (which == 0)
		sem_clockwait(&victim->controller->waited.semaphore, CLOCK_MONOTONIC, &past);
	else if (which == 1)
		ppoll(NULL, 0, &blink, NULL);
	else if (which == 2)
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &past, NULL);
	else
		nanosleep(&none, NULL);
	ledger_done(kind);
	victim->waits++;
}

static void clean_up_last(void *argument)
{
	struct victim *victim = argument;

	need(victim->has_cleaned_first, "the handler pushed first runs last");
	certain_wait(victim->choice);
	victim->is_cleaned = true;
}

static void clean_up_first(void *argument)
{
	struct victim *victim = argument;
	struct hazard_waited *waited = &victim->controller->waited;

	if (victim->way != ASYNCHRONOUS_RANDOM)
		ledger_done(victim->point->kind);
	need(pthread_mutex_trylock(&waited->mutex) == EBUSY && waited->mutex.__data.__owner == victim->tid,
	     "%s: the mutex is held", victim->point->name);
	need(mtx_trylock(&waited->c11_mutex) == thrd_busy, "%s: so is the other", victim->point->name);
	certain_wait(victim->choice >> 8);
	need(!pthread_mutex_unlock(&waited->mutex) && mtx_unlock(&waited->c11_mutex) == thrd_success, "given back");
	victim->has_cleaned_first = true;
}

static void wait_until_cancelled(struct victim *victim)
{
	int before;

	pthread_setcanceltype(victim->way == DEFERRED ? PTHREAD_CANCEL_DEFERRED : PTHREAD_CANCEL_ASYNCHRONOUS, &before);
	__atomic_store_n(&victim->tid, (pid_t)unseen_call(SYS_gettid, 0, 0, 0, 0), __ATOMIC_RELEASE);
	for (;;)
		if (victim->way == ASYNCHRONOUS_RANDOM)
			certain_blink(victim);
		else
			certain_point(victim);
}

static void *be_cancelled(void *argument)
{
	struct victim *victim = argument;
	struct hazard_waited *waited = &victim->controller->waited;
	sigset_t all;

	sigfillset(&all);
	if (victim->way == ASYNCHRONOUS_ASLEEP)
		pthread_sigmask(SIG_SETMASK, &all, NULL); /* libc's own signal for it is not blocked */
	pthread_cleanup_push(clean_up_last, victim);
	need(!pthread_mutex_lock(&waited->mutex) && mtx_lock(&waited->c11_mutex) == thrd_success, "own mutexes");
	pthread_cleanup_push(clean_up_first, victim);
	wait_until_cancelled(victim);
	pthread_cleanup_pop(0);
	pthread_cleanup_pop(0);
	return NULL;
}

static void await_moment(struct victim *victim, struct stress_random *random)
{
	if (victim->way == ASYNCHRONOUS_ASLEEP) {
		unseen_await_asleep(&victim->tid);
		return;
	}
	while (!__atomic_load_n(&victim->tid, __ATOMIC_ACQUIRE))
		unseen_sleep_us(50);
	unseen_sleep_us(stress_below(random, RANDOM_US));
}

static void *await_end(pthread_t thread)
{
	void *result;

	while (pthread_tryjoin_np(thread, &result))
		unseen_sleep_us(100);
	return result;
}

/* Nobody holds what the victim held, or is still waited for. No wait is made. */
static void need_usable(struct hazard_waited *waited, const char *name)
{
	need(!pthread_mutex_trylock(&waited->mutex) && mtx_trylock(&waited->c11_mutex) == thrd_success,
	     "%s: mutexes are free", name);
	hazard_waited_unlock(waited);
	need(!pthread_cond_destroy(&waited->cond), "%s: the condition has no waiters", name); /* it would hang */
	cnd_destroy(&waited->c11_cond);
	need(!pthread_cond_init(&waited->cond, NULL) && cnd_init(&waited->c11_cond) == thrd_success, "conditions");
	need(sem_trywait(&waited->semaphore) && errno == EAGAIN, "%s: the semaphore was not posted", name);
	need(!sem_post(&waited->semaphore) && !sem_trywait(&waited->semaphore), "%s: the semaphore works", name);
	need(pthread_tryjoin_np(waited->sleeper, NULL) == EBUSY, "%s: who is joined can be", name);
}

static void cancel_one(struct controller *controller, const pthread_attr_t *attributes)
{
	struct stress_random *random = &controller->worker->random;
	struct victim victim = {.controller = controller,
				.point = &points[stress_below(random, POINTS)],
				.way = stress_below(random, WAYS),
				.choice = stress_next(random)};
	pthread_t thread;

	need(!pthread_create(&thread, attributes, be_cancelled, &victim), "victim");
	await_moment(&victim, random);
	need(!pthread_cancel(thread), "cancelled");
	need(await_end(thread) == PTHREAD_CANCELED && victim.is_cleaned, "%s: ended by it", victim.point->name);
	need_usable(&controller->waited, victim.point->name);
	controller->cancelled++;
}

static void *sleep_unseen(void *may_end)
{
	while (!atomic_load((_Atomic bool *)may_end))
		unseen_sleep_us(1000);
	return NULL;
}

static void *cancel_many(void *argument)
{
	struct stress_worker *worker = argument;
	_Atomic uint64_t *cancelled = worker->shared;
	struct controller controller = {.worker = worker, .waited = {.duration = {1000, 0}}};
	_Atomic bool sleeper_may_end = false;
	pthread_attr_t attributes;

	controller.waited.deadline = hazard_deadline(CLOCK_REALTIME, 1000000);
	need(mtx_init(&controller.waited.c11_mutex, mtx_plain) == thrd_success &&
		     cnd_init(&controller.waited.c11_cond) == thrd_success &&
		     !sem_init(&controller.waited.semaphore, 0, 0) && !pipe2(controller.empty, O_CLOEXEC),
	     "what is waited for");
	controller.waited.sleeper = hazard_start(sleep_unseen, &sleeper_may_end);
	need(!pthread_attr_init(&attributes) && !pthread_attr_setstacksize(&attributes, 128 * 1024), "attributes");
	while (!stress_is_over(worker->stress) || controller.cancelled == 0)
		cancel_one(&controller, &attributes);
	pthread_attr_destroy(&attributes);
	atomic_store(&sleeper_may_end, true);
	need(unseen_join(controller.waited.sleeper), "the sleeper");
	need(!close(controller.empty[0]) && !close(controller.empty[1]), "the pipe");
	atomic_fetch_add(cancelled, controller.cancelled);
	return NULL;
}

static void fill(int fd)
{
	static const char nothing[4096];

	need(!fcntl(fd, F_SETFL, O_NONBLOCK), "does not wait");
	for (size_t bytes = sizeof(nothing); bytes > 0; bytes = bytes > 1 ? 1 : 0)
		while (unseen_call(SYS_write, fd, (long)nothing, (long)bytes, 0) > 0)
			;
	need(!fcntl(fd, F_SETFL, 0), "waits");
}

static void make_files(void)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = LOCKED_BYTES};
	char path[64];

	things->file = memfd_create("cancels", MFD_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", things->file);
	things->other_file = open(path, O_RDWR | O_CLOEXEC);
	need(things->other_file >= 0 && !fcntl(things->other_file, F_OFD_SETLK, &lock), "a file that is locked");
	need(!pipe2(things->full, O_CLOEXEC), "pipe");
	things->epoll = epoll_create1(EPOLL_CLOEXEC);
}

static void make_sockets(void)
{
	struct sockaddr_un any = {.sun_family = AF_UNIX};

	need(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, things->sockets) &&
		     !socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, things->full_sockets),
	     "sockets");
	things->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	need(!bind(things->listener, (struct sockaddr *)&any, sizeof(sa_family_t)) && !listen(things->listener, 1),
	     "listening");
}

/* Lives as long as this process wants, and makes no library's handlers of forks run. */
static pid_t make_child(void)
{
	pid_t parent = getpid(), pid = _Fork();

	while (pid == 0) {
		unseen_sleep_us(100000);
		if (unseen_call(SYS_getppid, 0, 0, 0, 0) != parent)
			unseen_call(SYS_exit_group, 0, 0, 0, 0);
	}
	need(pid > 0, "child");
	return pid;
}

static void open_things(void)
{
	make_files();
	make_sockets();
	fill(things->full[1]);
	fill(things->full_sockets[1]);
	sigfillset(&things->all_signals);
	sigemptyset(&things->never_sent);
	sigaddset(&things->never_sent, SIGWINCH);
	things->child = make_child();
}

static void close_things(void)
{
	const int descriptors[] = {things->full[0],         things->full[1],    things->full_sockets[0],
				   things->full_sockets[1], things->sockets[0], things->sockets[1],
				   things->listener,        things->epoll,      things->file,
				   things->other_file};

	for (size_t i = 0; i < sizeof(descriptors) / sizeof(*descriptors); i++)
		need(!close(descriptors[i]), "descriptor %d", descriptors[i]);
	need(!kill(things->child, SIGKILL) && unseen_wait(things->child) == SIGKILL, "the child lived on");
}

void storm_cancels(const struct stress *stress)
{
	_Atomic uint64_t cancelled = 0;

	look_up_kinds();
	open_things();
	stress_run(stress, stress->threads, cancel_many, &cancelled);
	close_things();
	stress_note("threads cancelled", cancelled);
}
