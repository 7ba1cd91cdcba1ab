/* SPDX-License-Identifier: MIT
 * leaves: some of the ten are killed
 *
 * Goal: the program's own use of SIGUSR2 comes first. Ten programs get the signal: with the default action a preloaded one
 * survives; a handler of the program's own, ignoring, blocking, waiting for it and resetting it act as without us.
 */
#include <sys/signalfd.h>

#include "hazard.h"

static volatile int handled;

static void handler(int signal)
{
	handled += signal == SIGUSR2;
}

static void *just_wait(void *argument)
{
	for (int i = 0; i < 3; i++)
		hazard_sleep_us(20000);
	return argument;
}

static void send_and_wait(void)
{
	kill(getpid(), SIGUSR2);
	just_wait(NULL);
}

static void untouched(void)
{
	send_and_wait();
}

/* A preload's handler must not lengthen or end the program's calls, nor run on the stack of whatever it finds: of goroutines, say. */
static void looked_at(void)
{
	struct sigaction action;

	need(!sigaction(SIGUSR2, NULL, &action), "the present action");
	need(action.sa_handler == SIG_DFL || (action.sa_flags & (SA_RESTART | SA_ONSTACK)) == (SA_RESTART | SA_ONSTACK),
	     "its flags are 0x%x", action.sa_flags);
	send_and_wait();
}

static void untouched_with_threads(void)
{
	pthread_t thread = hazard_start(just_wait, NULL);

	hazard_contend(4, 100);
	send_and_wait();
	hazard_contend(4, 100);
	hazard_join(thread);
}

static void own_handler(void)
{
	signal(SIGUSR2, handler);
	send_and_wait();
	need(handled == 1, "the program's handler ran");
}

static void own_handler_with_threads(void)
{
	hazard_contend(4, 100);
	own_handler();
}

static void reset_to_default(void)
{
	hazard_contend(4, 100);
	signal(SIGUSR2, SIG_DFL);
	send_and_wait();
}

static void ignored(void)
{
	signal(SIGUSR2, SIG_IGN);
	send_and_wait();
}

static void blocked(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	hazard_contend(4, 100); /* all threads inherit it; a thread of ours must not take the signal either */
	send_and_wait();
	need(!sigpending(&set) && sigismember(&set, SIGUSR2), "the signal is still there");
}

static void waited_for(void)
{
	struct timespec limit = {5, 0};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	hazard_contend(4, 100);
	send_and_wait();
	need(sigtimedwait(&set, NULL, &limit) == SIGUSR2, "sigtimedwait gets it");
	send_and_wait();
	need(read(signalfd(-1, &set, 0), &(struct signalfd_siginfo){0}, sizeof(struct signalfd_siginfo)) > 0,
	     "a signalfd gets it");
}

static void ignored_at_start(void)
{
	struct sigaction action;

	need(!sigaction(SIGUSR2, NULL, &action) && action.sa_handler == SIG_IGN, "what was ignored at start still is");
	send_and_wait();
}

static const struct {
	const char *name;
	void (*run)(void);
	int status, status_preloaded;
} programs[] = {
	{"untouched", untouched, 128 + SIGUSR2, 0},
	{"looked-at", looked_at, 128 + SIGUSR2, 0},
	{"untouched-with-threads", untouched_with_threads, 128 + SIGUSR2, 0},
	{"own-handler", own_handler, 0, 0},
	{"own-handler-with-threads", own_handler_with_threads, 0, 0},
	{"reset-to-default", reset_to_default, 128 + SIGUSR2, 128 + SIGUSR2},
	{"ignored", ignored, 0, 0},
	{"blocked", blocked, 0, 0},
	{"waited-for", waited_for, 0, 0},
	{"ignored-at-start", ignored_at_start, 0, 0},
};

int main(int argc, char **argv)
{
	hazard_limit(20);
	for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++) {
		int expected = hazard_is_preloaded() ? programs[i].status_preloaded : programs[i].status, status;

		if (argc > 1) {
			if (!strcmp(argv[1], programs[i].name))
				programs[i].run();
			continue;
		}
		signal(SIGUSR2, !strcmp(programs[i].name, "ignored-at-start") ? SIG_IGN : SIG_DFL);
		status = hazard_wait(hazard_spawn_self(programs[i].name));
		need(status == expected, "%s ends with %d, expected %d", programs[i].name, status, expected);
	}
	return 0;
}
