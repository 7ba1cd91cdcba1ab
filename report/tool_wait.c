/* SPDX-License-Identifier: MIT */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "tool_wait.h"

static volatile sig_atomic_t was_interrupted;

static void interrupt(int signal)
{
	(void)signal;
	was_interrupted = 1;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Until the time is over, the process ends, or somebody presses Ctrl-C. */
static void wait_for(pid_t pid, double seconds)
{
	struct sigaction action = {.sa_handler = interrupt, .sa_flags = (int)SA_RESETHAND};
	struct pollfd process = {.fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN};
	int64_t end_ms = now_ms() + (int64_t)(seconds * 1000), left_ms;

	sigaction(SIGINT, &action, NULL);
	while (!was_interrupted && (left_ms = end_ms - now_ms()) > 0)
		if (poll(&process, process.fd >= 0, left_ms < 1000000 ? (int)left_ms : 1000000) > 0)
			break;
	if (process.fd >= 0)
		close(process.fd);
}

void tool_wait(const struct tool_look *look, double seconds)
{
	bool is_shown = seconds > 1 && isatty(STDERR_FILENO);

	if (is_shown)
		fprintf(stderr, "contend: looking at %s for %g seconds; Ctrl-C ends it earlier", look->label, seconds);
	wait_for(look->file.region->header.pid, seconds);
	if (is_shown)
		fputs("\r\033[K", stderr);
}
