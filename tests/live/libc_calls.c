/* SPDX-License-Identifier: MIT */
/* libc_calls: makes each call of libc_calls.def once, in a function of its name. Prints a line for each: name, what it is seen as,
 * how long it took in ns. */
#include <aio.h>
#include <dlfcn.h>
#include <link.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "known_waits.h"

enum { WAIT_US = 30000, STREAM_BUFFER_BYTES = 256 };

static pid_t main_tid;
static FILE *stream;
static int other_end; /* of the stream's pipe */
static char path[] = "fifo";
static char line[64];
static char long_line[2 * STREAM_BUFFER_BYTES];
static char *allocated;
static size_t allocated_bytes;
static atomic_bool is_taken;

/* Returns when main has waited for some time, in whichever way. */
static void await_wait(void)
{
	char name[64], text[512], state = 'R';

	snprintf(name, sizeof(name), "/proc/%d/stat", main_tid);
	while (state == 'R') {
		int file = open(name, O_RDONLY | O_CLOEXEC);
		ssize_t bytes = read(file, text, sizeof(text) - 1);

		need(bytes > 0, "its state");
		close(file);
		text[bytes] = 0;
		state = strrchr(text, ')')[2];
		hazard_sleep_us(500);
	}
	hazard_sleep_us(WAIT_US);
}

static pthread_t nothing(void)
{
	return 0;
}

static void *return_soon(void *unused)
{
	return unused;
}

static pthread_t child(void)
{
	pid_t pid = fork();

	need(pid >= 0, "fork");
	if (!pid) {
		await_wait();
		_exit(0);
	}
	return hazard_start(return_soon, NULL);
}

static void open_pipe(bool is_read)
{
	static char buffer[STREAM_BUFFER_BYTES];
	int pair[2];

	need(!pipe2(pair, O_CLOEXEC), "pipe");
	stream = fdopen(pair[!is_read], is_read ? "r" : "w");
	other_end = pair[is_read];
	need(stream && !setvbuf(stream, buffer, _IOFBF, sizeof(buffer)), "stream");
}

static void *fill(void *unused)
{
	await_wait();
	need(write(other_end, "x\n", 2) == 2, "filled");
	return unused;
}

static pthread_t pipe_filled_later(void)
{
	open_pipe(true);
	return hazard_start(fill, NULL);
}

static void *empty(void *unused)
{
	static char bytes[1 << 17];

	await_wait();
	need(read(other_end, bytes, sizeof(bytes)) > 0, "emptied");
	return unused;
}

static pthread_t pipe_emptied_later(void)
{
	static const char page[4096];
	int end;

	open_pipe(false);
	end = fileno(stream);
	need(!fcntl(end, F_SETFL, O_NONBLOCK), "flags");
	while (write(end, page, sizeof(page)) > 0)
		;
	need(!fcntl(end, F_SETFL, 0) && fputs("buffered", stream) >= 0, "something to be written");
	return hazard_start(empty, NULL);
}

static void *lock_stream(void *unused)
{
	flockfile(stream);
	is_taken = true;
	await_wait();
	funlockfile(stream);
	return unused;
}

static pthread_t taken_by(void *(*body)(void *))
{
	pthread_t thread;

	is_taken = false;
	thread = hazard_start(body, NULL);
	while (!is_taken)
		hazard_sleep_us(100);
	return thread;
}

static pthread_t stream_locked(void)
{
	stream = fopen("/dev/null", "we");
	need(stream, "stream");
	return taken_by(lock_stream);
}

static int hold_loader(struct dl_phdr_info *info, size_t bytes, void *unused)
{
	(void)info, (void)bytes, (void)unused;
	is_taken = true;
	await_wait();
	return 1;
}

static void *lock_loader(void *unused)
{
	dl_iterate_phdr(hold_loader, NULL);
	return unused;
}

static pthread_t loader_locked(void)
{
	return taken_by(lock_loader);
}

static int look_at_object(struct dl_phdr_info *info, size_t bytes, void *unused)
{
	(void)info, (void)bytes, (void)unused;
	return 1;
}

static void *open_fifo(void *unused)
{
	await_wait();
	need(open(path, O_WRONLY | O_CLOEXEC) >= 0, "the other side");
	return unused;
}

static pthread_t fifo_opened_later(void)
{
	unlink(path);
	need(!mkfifo(path, 0600), "fifo");
	return hazard_start(open_fifo, NULL);
}

static int spawn_that_opens(void)
{
	static char program[] = "/bin/true";
	char *arguments[] = {program, NULL};
	posix_spawn_file_actions_t actions;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, path, O_RDONLY, 0);
	return posix_spawn(&pid, program, &actions, NULL, arguments, environ);
}

static int vfork_that_sleeps(void)
{
	static const struct timespec time = {0, WAIT_US * 1000};
	pid_t pid = vfork();

	if (!pid) {
		syscall(SYS_nanosleep, &time, NULL);
		syscall(SYS_exit_group, 0);
	}
	return pid;
}

static int suspend_until_read(void)
{
	static struct aiocb reading;
	const struct aiocb *all[] = {&reading};

	reading = (struct aiocb){.aio_fildes = fileno(stream), .aio_buf = line, .aio_nbytes = 1};
	return aio_read(&reading) || aio_suspend(all, 1, NULL);
}

#define CALL(name, seen_as, make_ready, call)                                                                          \
	OWN_FRAME static void name(void)                                                                               \
	{                                                                                                              \
		(void)!(call);                                                                                         \
		NO_TAIL_CALL();                                                                                        \
	}
#include "libc_calls.def"
#undef CALL

static void run(const char *name, const char *seen_as, pthread_t (*make_ready)(void), void (*call)(void))
{
	pthread_t thread = make_ready();
	uint64_t begin_ns = hazard_now_ns(), end_ns;

	call();
	end_ns = hazard_now_ns();
	if (thread)
		hazard_join(thread);
	printf("%s %s %llu\n", name, seen_as, (unsigned long long)(end_ns - begin_ns));
	fflush(stdout);
}

int main(void)
{
	main_tid = gettid();
	memset(long_line, 'x', sizeof(long_line) - 1);
#define CALL(name, seen_as, make_ready, call) run(#name, #seen_as, make_ready, name);
#include "libc_calls.def"
#undef CALL
	return 0;
}
