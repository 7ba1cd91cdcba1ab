/* SPDX-License-Identifier: MIT */
/* exit_ways WAY: waits for a mutex as often as it then says, and ends that way. */
#include <assert.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "../../contend.h"
#include "plain_waits.h"

enum {
	ROUNDS = 10,
	HOLD_MS = 15,
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void *exit_in_thread(void *argument)
{
	exit(3);
	return argument;
}

static void *last_thread(void *argument)
{
	t_sleep_ms(50); /* main is gone by then */
	return argument;
}

static void end_in_thread(void *(*body)(void *))
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, body, NULL))
		abort();
	pthread_exit(NULL);
}

/* By an instruction of the program's own, which nobody can stand in front of. */
static void exit_group_without_libc(int status)
{
#ifdef __x86_64__
	long result;

	__asm__ volatile("syscall" : "=a"(result) : "a"(SYS_exit_group), "D"(status) : "rcx", "r11", "memory");
#else
	register long x8 __asm__("x8") = SYS_exit_group;
	register long x0 __asm__("x0") = status;

	__asm__ volatile("svc #0" : "+r"(x0) : "r"(x8) : "memory");
#endif
}

static void exit_in_handler(int signal)
{
	(void)signal;
	_exit(3);
}

/* Ends in a handler that interrupts a dump, if chance wills. */
static void end_in_dump(void)
{
	struct itimerval soon = {.it_value = {.tv_usec = 30000}};

	signal(SIGALRM, exit_in_handler);
	setitimer(ITIMER_REAL, &soon, NULL);
	for (;;)
		contend_dump(NULL);
}

static void end_by_signal(const char *way)
{
	volatile int *volatile nowhere = NULL;

	if (!strcmp(way, "abort"))
		abort();
	if (!strcmp(way, "assert"))
		assert(!*way);
	if (!strcmp(way, "SIGTERM"))
		raise(SIGTERM);
	if (!strcmp(way, "SIGINT"))
		raise(SIGINT);
	if (!strcmp(way, "SIGSEGV"))
		*nowhere = 1;
	if (!strcmp(way, "SIGKILL"))
		raise(SIGKILL);
}

static void end(const char *way)
{
	if (!strcmp(way, "exit"))
		exit(3);
	if (!strcmp(way, "asked"))
		raise(SIGUSR2);
	if (!strcmp(way, "exit_in_thread"))
		end_in_thread(exit_in_thread);
	if (!strcmp(way, "last_pthread_exit"))
		end_in_thread(last_thread);
	if (!strcmp(way, "quick_exit"))
		quick_exit(3);
	if (!strcmp(way, "_exit"))
		_exit(3);
	if (!strcmp(way, "_Exit"))
		_Exit(3);
	if (!strcmp(way, "execl"))
		execl("/bin/sh", "sh", "-c", "exit 3", NULL);
	if (!strcmp(way, "execvp"))
		execvp("sh", (char *[]){"sh", "-c", "exit 3", NULL});
	if (!strcmp(way, "execve_empty"))
		execve("/bin/sh", (char *[]){"sh", "-c", "exit 3", NULL}, (char *[]){NULL});
	if (!strcmp(way, "execve_raw"))
		syscall(SYS_execve, "/bin/sh", (char *[]){"sh", "-c", "exit 3", NULL}, environ);
	if (!strcmp(way, "exit_group"))
		syscall(SYS_exit_group, 3);
	if (!strcmp(way, "exit_group_raw"))
		exit_group_without_libc(3);
	if (!strcmp(way, "exit_in_dump"))
		end_in_dump();
	end_by_signal(way);
}

int main(int argc, char **argv)
{
	struct known_waits waits = {
		.object = &mutex, .wait = wait_for_it, .hold = hold_it, .rounds = ROUNDS, .hold_ms = HOLD_MS};

	known_waits_run(&waits);
	printf("%d %u %ju\n", getpid(), ROUNDS, (uintmax_t)waits.waited_ns);
	fflush(stdout);
	if (argc > 1)
		end(argv[1]);
	return 3;
}
