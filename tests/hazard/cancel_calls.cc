/* SPDX-License-Identifier: MIT
 * leaves: a command that libc kills when its waiter is cancelled
 *
 * Goal: a C++ thread that is cancelled in any of the calls that only wait, asleep (deferred or asynchronously) or with
 * the cancellation pending before, ends there just where it does without us, runs the destructors and cleanup handlers
 * of every frame, innermost first, and the threads after it can wait for the same things. What each call does is
 * printed.
 */
#include <semaphore.h>
#include <sys/un.h>

#include "hazard/waiting_calls.h"

/* What the arguments point to, and what everybody waits for in vain: nothing comes, and nothing is taken. */
static struct {
	int empty[2], full[2], full_sockets[2], no_bytes[2]; /* ends to read from first */
	int listening, locked;
	int empty_queue, full_queue, set;
	mqd_t posix_empty, posix_full; /* no descriptors, where the kernel has none */
	pid_t child;                   /* that has `locked` locked, and lives */
	sockaddr_un address;
	socklen_t address_bytes;
	char buffer[64];
	iovec parts;
	msghdr message;
	mmsghdr messages;
	epoll_event event;
	pollfd polled;
	fd_set readable;
	sigset_t none, signals;
	timespec duration;
	struct flock lock;
	sembuf operation;
	int epoll, status, signal;
	siginfo_t info;
	rusage usage;
	addrinfo hints, *found;
} world;

static sem_t never;

static void fill(int fd)
{
	fcntl(fd, F_SETFL, O_NONBLOCK);
	while (write(fd, world.buffer, sizeof(world.buffer)) > 0)
		;
	while (write(fd, world.buffer, 1) > 0)
		;
	fcntl(fd, F_SETFL, 0);
}

static void make_descriptors()
{
	need(!pipe2(world.empty, O_CLOEXEC) && !pipe2(world.full, O_CLOEXEC), "pipes");
	need(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, world.full_sockets), "sockets");
	need(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, world.no_bytes), "sockets");
	fill(world.full[1]);
	fill(world.full_sockets[1]);
	world.epoll = epoll_create1(EPOLL_CLOEXEC);
	world.event.events = EPOLLIN;
	need(!epoll_ctl(world.epoll, EPOLL_CTL_ADD, world.empty[0], &world.event), "epoll");
	world.polled.fd = world.empty[0];
	world.polled.events = POLLIN;
}

/* Its queue is full: who accepts waits for it before it is; so there are two. */
static int make_full_listener()
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), made;

	world.address.sun_family = AF_UNIX;
	need(!bind(fd, (sockaddr *)&world.address, sizeof(sa_family_t)) && !listen(fd, 0), "listening");
	world.address_bytes = sizeof(world.address);
	need(!getsockname(fd, (sockaddr *)&world.address, &world.address_bytes), "address");
	do
		made = connect(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
			       (sockaddr *)&world.address, world.address_bytes);
	while (!made);
	return fd;
}

static void make_listeners()
{
	sockaddr_un any = {};

	make_full_listener();
	any.sun_family = AF_UNIX;
	world.listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	need(!bind(world.listening, (sockaddr *)&any, sizeof(sa_family_t)) && !listen(world.listening, 5), "listening");
}

static void make_queues()
{
	msqid_ds state;

	world.empty_queue = msgget(IPC_PRIVATE, 0600);
	world.full_queue = msgget(IPC_PRIVATE, 0600);
	world.set = semget(IPC_PRIVATE, 1, 0600);
	need(world.empty_queue >= 0 && world.full_queue >= 0 && world.set >= 0, "queues and a semaphore");
	need(!msgctl(world.full_queue, IPC_STAT, &state), "state");
	state.msg_qbytes = 64;
	need(!msgctl(world.full_queue, IPC_SET, &state), "a small queue");
	*(long *)world.buffer = 1;
	while (!msgsnd(world.full_queue, world.buffer, 16, IPC_NOWAIT))
		;
}

static mqd_t make_posix_queue()
{
	mq_attr attributes = {};
	char name[64];
	mqd_t queue;

	attributes.mq_maxmsg = 1;
	attributes.mq_msgsize = 16;
	snprintf(name, sizeof(name), "/contend-cancel.%d", getpid());
	queue = mq_open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600, &attributes);
	mq_unlink(name);
	return queue;
}

static void end_queues()
{
	msgctl(world.empty_queue, IPC_RMID, nullptr);
	msgctl(world.full_queue, IPC_RMID, nullptr);
	semctl(world.set, 0, IPC_RMID);
}

static void make_child()
{
	char name[] = "locked.XXXXXX", byte;
	int ready[2];

	world.lock.l_type = F_WRLCK;
	world.lock.l_whence = SEEK_SET;
	world.locked = mkostemp(name, O_CLOEXEC);
	need(world.locked >= 0 && !unlink(name) && !pipe2(ready, O_CLOEXEC), "file");
	world.child = fork();
	if (!world.child) {
		close(world.empty[1]);
		need(!fcntl(world.locked, F_SETLK, &world.lock) && write(ready[1], "x", 1) == 1, "locked");
		need(!read(world.empty[0], &byte, 1), "ends with its parent");
		_exit(0);
	}
	need(read(ready[0], &byte, 1) == 1, "the child has the lock");
}

/* The arguments that all have in common: with them, what can wait waits, for ever. */
static void set_arguments(waiting_arguments *at)
{
	world.parts = {world.buffer, sizeof(world.buffer)};
	world.message.msg_iov = &world.parts;
	world.message.msg_iovlen = 1;
	world.messages.msg_hdr = world.message;
	world.duration = {1000000, 0};
	FD_ZERO(&world.readable);
	FD_SET(world.empty[0], &world.readable);
	sigemptyset(&world.none);
	sigaddset(&world.signals, SIGHUP);
	*at = {};
	at->fd = world.empty[0];
	at->other = world.full[1];
	at->buffer = world.buffer;
	at->bytes = at->object_bytes = sizeof(world.buffer);
	at->parts = &world.parts;
	at->message = &world.message;
	at->messages = &world.messages;
	at->count = at->limit = 1;
	at->offset = -1;
	at->timeout_ms = -1;
	at->epoll = world.epoll;
	at->events = &world.event;
	at->polled = &world.polled;
	at->status = &world.status;
	at->signal = &world.signal;
	at->info = &world.info;
	at->usage = &world.usage;
	at->child = world.child;
}

static void set_queue_arguments(waiting_family family, waiting_arguments *at)
{
	world.operation = {0, -1, IPC_NOWAIT}; /* no cancellation point: it would wait for ever */
	at->operations = &world.operation;
	if (family == MSGRCVS || family == MSGSNDS || family == MQ_RECEIVES || family == MQ_SENDS)
		at->bytes = 16;
	*(long *)world.buffer = 1;
	if (family == MSGRCVS)
		at->fd = world.empty_queue;
	if (family == MSGSNDS)
		at->fd = world.full_queue;
	if (family == MQ_RECEIVES)
		at->fd = world.posix_empty;
	if (family == MQ_SENDS)
		at->fd = world.posix_full;
	if (family == SEMOPS)
		at->fd = world.set;
}

static void set_other_arguments(waiting_family family, waiting_arguments *at)
{
	if (family == WRITES || family == SYNCS)
		at->fd = world.full[1];
	if (family == RECVS)
		at->fd = world.no_bytes[0];
	if (family == SENDS)
		at->fd = world.full_sockets[1];
	if (family == ACCEPTS)
		at->fd = world.listening;
	if (family == CONNECTS) {
		at->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		at->address = (sockaddr *)&world.address;
		at->address_bytes = world.address_bytes;
	}
	if (family == POLLS) {
		at->limit = world.empty[0] + 1;
		at->sets[0] = &world.readable;
	}
	if (family == SLEEPS || family == NANOSLEEPS || family == CLOCK_NANOSLEEPS)
		at->timeout = &world.duration;
	if (family == SIGWAITS || family == SIGSUSPENDS)
		at->mask = family == SIGWAITS ? &world.signals : &world.none;
}

static void set_file_arguments(const waiting_call *call, waiting_arguments *at)
{
	waiting_family family = call->family;

	if (family == FLOCKS || call->make == waiting_sendfile || call->make == waiting_sendfile64)
		at->fd = -1; /* no cancellation points either */
	if (family == LOCKFS || family == FCNTLS) {
		at->fd = world.locked;
		at->flags = family == LOCKFS ? F_LOCK : F_SETLKW;
		at->offset = 0;
		at->argument = &world.lock;
	}
	if (family == COMMANDS)
		at->name = "exec sleep 1000";
	if (family == POPENS) {
		at->name = "exit 3";
		at->service = "no mode"; /* a stream would stay behind */
	}
	if (family == PCLOSES)
		at->stream = popen("exit 3", "r");
	if (family == RESOLVES) {
		world.hints.ai_flags = AI_NUMERICHOST;
		at->name = "127.0.0.1";
		at->hints = &world.hints;
		at->found = &world.found;
	}
}

enum Way { PENDING, DEFERRED, ASYNCHRONOUS };
static const char *const way_names[] = {"pending", "asleep", "asleep, asynchronously"};

struct Victim {
	const waiting_call *call;
	Way way;
	waiting_arguments at;
	pid_t tid = 0;
	bool returned = false, caught = false;
	int order = 0; /* how many frames were left */
};

struct Frame {
	Victim *victim;
	int place;

	~Frame()
	{
		pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

		need(!pthread_mutex_lock(&mutex) && !pthread_mutex_unlock(&mutex), "a lock in a destructor");
		need(victim->order++ == place, "%s: frame %d is left in its turn", victim->call->name, place);
	}
};

static void clean_up(void *argument)
{
	auto *victim = static_cast<Victim *>(argument);

	need(victim->order++ == 1, "%s: the handler runs between the frames", victim->call->name);
}

__attribute__((noinline)) static void call_it(Victim *victim)
{
	Frame inner = {victim, 0};

	if (victim->way == PENDING)
		need(!pthread_cancel(pthread_self()), "pending");
	__atomic_store_n(&victim->tid, gettid(), __ATOMIC_RELEASE);
	victim->call->make(&victim->at);
	victim->returned = true;
	while (sem_wait(&never))
		;
}

static void *victim_main(void *argument)
{
	auto *victim = static_cast<Victim *>(argument);
	Frame outer = {victim, 2};
	int before;

	if (victim->way == ASYNCHRONOUS)
		pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &before);
	pthread_cleanup_push(clean_up, victim);
	try {
		call_it(victim);
	} catch (...) {
		victim->caught = true;
		throw;
	}
	pthread_cleanup_pop(0);
	return nullptr;
}

/* Asynchronously, only what is one system call: in others, libc itself does not survive it. */
static bool is_possible(waiting_family family, Way way)
{
	return way != ASYNCHRONOUS || (family != COMMANDS && family != PCLOSES && family != RESOLVES);
}

static void run(const waiting_call *call, Way way)
{
	Victim victim = {call, way, {}};
	pthread_t thread;
	void *result;

	set_arguments(&victim.at);
	set_queue_arguments(call->family, &victim.at);
	set_other_arguments(call->family, &victim.at);
	set_file_arguments(call, &victim.at);
	thread = hazard_start(victim_main, &victim);
	if (way != PENDING) {
		while (!__atomic_load_n(&victim.tid, __ATOMIC_ACQUIRE))
			hazard_sleep_us(100);
		hazard_await_asleep(victim.tid);
		need(!pthread_cancel(thread), "cancelled");
	}
	need(!pthread_join(thread, &result) && result == PTHREAD_CANCELED, "%s: ended by it", call->name);
	need(victim.order == 3 && victim.caught, "%s: every frame was left", call->name);
	if (call->family == CONNECTS)
		close(victim.at.fd);
	printf("%s, %s: %s\n", call->name, way_names[way], victim.returned ? "returned" : "ended");
}

int main()
{
	sigset_t hangup;

	hazard_limit(40);
	need(!sem_init(&never, 0, 0), "semaphore");
	sigemptyset(&hangup);
	sigaddset(&hangup, SIGHUP);
	need(!pthread_sigmask(SIG_BLOCK, &hangup, nullptr), "blocked");
	make_descriptors();
	make_listeners();
	make_queues();
	atexit(end_queues);
	world.posix_empty = make_posix_queue();
	world.posix_full = make_posix_queue();
	mq_send(world.posix_full, world.buffer, 16, 0);
	make_child();
	for (const auto &call : waiting_calls)
		for (int way = PENDING; way <= ASYNCHRONOUS; way++)
			if (is_possible(call.family, (Way)way))
				run(&call, (Way)way);
	close(world.empty[1]);
	need(hazard_wait(world.child) == 0, "the child was never waited for");
	return 0;
}
