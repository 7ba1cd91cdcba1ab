/* SPDX-License-Identifier: MIT
 * flags: -rdynamic
 *
 * Goal: what an unwinder or an allocator of ours might call outside, and find in the program or in another wrapper, is not called:
 * while stacks of all kinds are taken, cold and warm, code that registers its frames with the stock unwinder among them, and while
 * profiles are written. The numbers of calls are printed, and must be what they are bare.
 */
#include <dlfcn.h>
#include <link.h>
#include <poll.h>
#include <sys/mman.h>

#include "hazard.h"

enum {
	DEPTHS = 40,
	DUMP_MS = 100,
};

/* result, name, parameters, arguments */
#define CALLS(CALL)                                                                                                    \
	CALL(int, pthread_mutex_lock, (pthread_mutex_t * mutex), (mutex))                                              \
	CALL(int, pthread_mutex_trylock, (pthread_mutex_t * mutex), (mutex))                                           \
	CALL(int, pthread_mutex_unlock, (pthread_mutex_t * mutex), (mutex))                                            \
	CALL(int, pthread_once, (pthread_once_t * once, void (*routine)(void)), (once, routine))                       \
	CALL(int, pthread_cond_signal, (pthread_cond_t * cond), (cond))                                                \
	CALL(int, pthread_cond_broadcast, (pthread_cond_t * cond), (cond))                                             \
	CALL(void *, pthread_getspecific, (pthread_key_t key), (key))                                                  \
	CALL(int, pthread_setspecific, (pthread_key_t key, const void *value), (key, value))                           \
	CALL(int, pthread_sigmask, (int how, const sigset_t *set, sigset_t *before), (how, set, before))               \
	CALL(int, sigprocmask, (int how, const sigset_t *set, sigset_t *before), (how, set, before))                   \
	CALL(int, dl_iterate_phdr, (int (*visit)(struct dl_phdr_info *, size_t, void *), void *data), (visit, data))   \
	CALL(long, syscall, (long number, long a, long b, long c, long d, long e, long f), (number, a, b, c, d, e, f)) \
	CALL(int, mincore, (void *address, size_t bytes, unsigned char *pages), (address, bytes, pages))               \
	CALL(void *, mmap, (void *address, size_t bytes, int access, int flags, int file, off_t offset),               \
	     (address, bytes, access, flags, file, offset))                                                            \
	CALL(int, munmap, (void *address, size_t bytes), (address, bytes))                                             \
	CALL(int, pipe, (int *ends), (ends))                                                                           \
	CALL(int, pipe2, (int *ends, int flags), (ends, flags))                                                        \
	CALL(int, open, (const char *path, int flags, mode_t mode), (path, flags, mode))                               \
	CALL(ssize_t, read, (int file, void *bytes, size_t count), (file, bytes, count))                               \
	CALL(ssize_t, write, (int file, const void *bytes, size_t count), (file, bytes, count))                        \
	CALL(int, close, (int file), (file))                                                                           \
	CALL(int, poll, (struct pollfd * files, nfds_t count, int ms), (files, count, ms))                             \
	CALL(int, nanosleep, (const struct timespec *time, struct timespec *left), (time, left))                       \
	CALL(int, clock_gettime, (clockid_t clock, struct timespec * now), (clock, now))                               \
	CALL(char *, getenv, (const char *name), (name))                                                               \
	CALL(pid_t, getpid, (void), ())

enum call {
#define CALL(result, name, parameters, arguments) CALL_##name,
	CALLS(CALL)
#undef CALL
		CALL_COUNT
};

static unsigned long counts[CALL_COUNT];
static const char *const names[] = {
#define CALL(result, name, parameters, arguments) #name,
	CALLS(CALL)
#undef CALL
};

/* These names, and what they name in libc: the declarations of some say more than we need. */
#define CALL(result, name, parameters, arguments)                                                                      \
	result counted_##name parameters __asm__(#name);                                                               \
	result counted_##name parameters                                                                               \
	{                                                                                                              \
		static result(*next) parameters;                                                                       \
                                                                                                                       \
		if (!next)                                                                                             \
			next = (result(*) parameters)dlsym(RTLD_NEXT, #name);                                          \
		__atomic_add_fetch(&counts[CALL_##name], 1, __ATOMIC_RELAXED);                                         \
		return next arguments;                                                                                 \
	}
CALLS(CALL)
#undef CALL

static pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;

/* A wait that takes no time: the deadline is before all time. */
static void wait_in_vain(void)
{
	need(pthread_mutex_timedlock(&held, &(struct timespec){.tv_sec = 1}) == ETIMEDOUT, "it is held");
}

__attribute__((noinline)) static void descend(unsigned depth)
{
	if (depth)
		descend(depth - 1);
	else
		wait_in_vain();
	__asm__ volatile("" ::: "memory"); /* no tail call */
}

static int wait_and_compare(const void *one, const void *other)
{
	wait_in_vain();
	return *(const char *)one - *(const char *)other;
}

static void on_signal(int signal)
{
	(void)signal;
	wait_in_vain();
}

/* Made code, and what a compiler at run time tells the stock unwinder of it. */
static const unsigned char code[] = {
	0x48, 0x83, 0xec, 0x08, /* sub $8, %rsp */
	0xff, 0xd7,             /* call *%rdi */
	0x48, 0x83, 0xc4, 0x08, /* add $8, %rsp */
	0xc3,                   /* ret */
};

static struct {
	uint32_t cie_bytes, cie_id;
	uint8_t cie[16]; /* version 1, no augmentation, code 1, data -8, return address 16; CFA rsp+8, rip at CFA-8 */
	uint32_t fde_bytes, cie_distance;
	const void *start;
	uint64_t bytes;
	uint8_t fde[16]; /* after 4 bytes the CFA is at rsp+16 */
	uint32_t end;
} __attribute__((packed)) frames = {
	.cie_bytes = 20,
	.cie = {1, 0, 1, 0x78, 16, 0x0c, 7, 8, 0x90, 1},
	.fde_bytes = 36,
	.cie_distance = 28,
	.bytes = sizeof(code),
	.fde = {0x44, 0x0e, 16},
};

void __register_frame(void *frames);

typedef void made_function(void (*callback)(void));

static made_function *make_code(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	need(page != MAP_FAILED, "page for code");
	memcpy(page, code, sizeof(code));
	frames.start = page;
	__register_frame(&frames);
	return (made_function *)page;
}

static void wait_everywhere(made_function *made)
{
	char text[] = "hazard";

	for (unsigned depth = 0; depth < DEPTHS; depth++)
		descend(depth);
	qsort(text, sizeof(text) - 1, 1, wait_and_compare);
	raise(SIGUSR1);
	made(wait_in_vain);
}

/* The calls that were made while `work` was done in this thread, its first wait being over. */
static void count_calls(const char *when, void (*work)(made_function *made), made_function *made)
{
	unsigned long before[CALL_COUNT];

	wait_in_vain();
	memcpy(before, counts, sizeof(before));
	work(made);
	printf("%s:", when);
	for (unsigned i = 0; i < CALL_COUNT; i++)
		if (counts[i] != before[i])
			printf(" %s %lu", names[i], counts[i] - before[i]);
	printf("\n");
}

static void ask_for_dump(made_function *made)
{
	(void)made;
	kill(getpid(), SIGUSR2);
	hazard_sleep_us(DUMP_MS * 1000);
}

static void call_some(made_function *made)
{
	pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)made;
	pthread_once(&once, wait_in_vain);
	pthread_mutex_unlock(&held);
	pthread_mutex_lock(&held);
}

static void *wait_in_thread(void *made)
{
	count_calls("in a thread, cold", wait_everywhere, (made_function *)made);
	count_calls("in a thread, warm", wait_everywhere, (made_function *)made);
	return NULL;
}

int main(void)
{
	made_function *made = make_code();

	hazard_limit(20);
	signal(SIGUSR1, on_signal);
	if (!hazard_is_preloaded())
		signal(SIGUSR2, SIG_IGN);
	pthread_mutex_lock(&held);
	count_calls("alone, cold", wait_everywhere, made);
	count_calls("alone, dump", ask_for_dump, made);
	hazard_join(hazard_start(wait_in_thread, (void *)made));
	count_calls("with threads, dump", ask_for_dump, made);
	count_calls("some of our own", call_some, made);
	return 0;
}
