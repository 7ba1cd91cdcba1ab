/* SPDX-License-Identifier: MIT */
/* places STEP...: takes the steps in their order, and prints a line after each. To live/common.sh's functions it is a program
 * whose waits are known at each step.
 *
 *   wait       waits for a mutex, ROUNDS times        read     until a line comes, or the input ends
 *   directory  goes to where its directory is gone    chroot   shuts itself up in the current directory
 *   nobody     becomes another user                   limit    may write no file longer than LIMIT_BYTES
 *   complain   writes that much on standard error
 */
#include <grp.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "known_waits.h"

enum {
	NOBODY = 65534,
	ROUNDS = 5,
	HOLD_MS = 5,
	LIMIT_BYTES = 512, /* less than a profile, more than a line */
};

static struct {
	pthread_mutex_t mutex;
	_Atomic unsigned held; /* how often the holder has had it */
	_Atomic unsigned got;  /* how often the waiter got it afterwards */
} shared = {.mutex = PTHREAD_MUTEX_INITIALIZER};

/* The lock's word says whether somebody waits: that needs no /proc. */
static void await_waiter(void)
{
	enum { LOCKED_WITH_WAITERS = 2 };

	while (__atomic_load_n(&shared.mutex.__data.__lock, __ATOMIC_RELAXED) != LOCKED_WITH_WAITERS)
		t_sleep_ms(1);
}

OWN_FRAME static void *hold_it(void *unused)
{
	for (unsigned round = 0; round < ROUNDS; round++) {
		unsigned got = atomic_load(&shared.got);

		pthread_mutex_lock(&shared.mutex);
		atomic_fetch_add(&shared.held, 1);
		await_waiter();
		t_sleep_ms(HOLD_MS);
		pthread_mutex_unlock(&shared.mutex);
		t_await(&shared.got, got + 1);
	}
	return unused;
}

OWN_FRAME static void wait_for_it(unsigned turn)
{
	t_await(&shared.held, turn);
	pthread_mutex_lock(&shared.mutex);
	pthread_mutex_unlock(&shared.mutex);
	atomic_store(&shared.got, turn);
	NO_TAIL_CALL();
}

static bool wait_for_mutex(void)
{
	unsigned before = atomic_load(&shared.got);
	pthread_t holder;

	if (pthread_create(&holder, NULL, hold_it, NULL))
		return false;
	for (unsigned round = 1; round <= ROUNDS; round++)
		wait_for_it(before + round);
	return pthread_join(holder, NULL) == 0;
}

static bool read_line(void)
{
	char byte = 0;

	while (byte != '\n' && read(STDIN_FILENO, &byte, 1) > 0)
		;
	return true;
}

static bool lose_directory(void)
{
	char name[] = "lost-XXXXXX";

	return mkdtemp(name) && chdir(name) == 0 && rmdir(strcat(strcpy((char[32]){0}, "../"), name)) == 0;
}

static bool shut_up(void)
{
	return chroot(".") == 0;
}

static bool become_nobody(void)
{
	return setgroups(0, NULL) == 0 && setgid(NOBODY) == 0 && setuid(NOBODY) == 0;
}

static bool limit_files(void)
{
	struct rlimit limit = {LIMIT_BYTES, LIMIT_BYTES};

	return setrlimit(RLIMIT_FSIZE, &limit) == 0;
}

static bool complain(void)
{
	return dprintf(STDERR_FILENO, "%*s\n", LIMIT_BYTES - 1, "") == LIMIT_BYTES;
}

static const struct step {
	const char *name;
	bool (*take)(void);
} steps[] = {
	{"wait", wait_for_mutex},  {"read", read_line},    {"directory", lose_directory}, {"chroot", shut_up},
	{"nobody", become_nobody}, {"limit", limit_files}, {"complain", complain},
};

static bool take(const char *name)
{
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (!strcmp(steps[i].name, name))
			return steps[i].take();
	return false;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (!take(argv[i])) {
			perror(argv[i]);
			return 1;
		}
		printf("%s\n", argv[i]);
		fflush(stdout);
	}
	return 3;
}
