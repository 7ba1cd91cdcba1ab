/* SPDX-License-Identifier: MIT */
/* contend top: a process, looked at again and again. */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "tool.h"
#include "tool_processes.h"
#include "tool_top.h"

enum { CLOSED_LOOKS_LIMIT = 3, POLL_LIMIT_MS = 1000 };

struct top_command {
	const char *pid_text;
	double interval_seconds;
};

/* What goes on besides the screen. */
struct watch {
	pid_t pid;
	int process; /* descriptor of the process; -1 where there is none */
	double next_seconds;
	unsigned closed_looks; /* one after the other, at a region that was closed */
	int error;             /* -errno of a look, which ends it all */
};

static volatile sig_atomic_t was_interrupted;

static void interrupt(int signal)
{
	(void)signal;
	was_interrupted = 1;
}

static void catch_signals(void)
{
	struct sigaction action = {.sa_handler = interrupt};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

static double now_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* The process became another program, which is profiled, too: that is what is looked at from now on. */
static bool follow_program(struct top *top, const struct watch *watch)
{
	struct tool_look look;
	struct top_data data;

	if (tool_look_at_process(watch->pid, &look))
		return false;
	if (look.ending.life == ENDING_DEAD || look.snapshot->is_closed) {
		tool_look_free(&look);
		return false;
	}
	if (top_data_begin(&data, &look))
		return false;
	top_data_free(&top->data);
	top->data = data;
	return true;
}

static void look_once_more(struct top *top, struct watch *watch)
{
	int error = top_data_next(&top->data);

	if (!error && top_data_is_closed(&top->data) && !follow_program(top, watch))
		watch->closed_looks++;
	else
		watch->closed_looks = 0;
	if (!error)
		error = top_make_rows(top);
	if (error == -ESRCH || watch->closed_looks >= CLOSED_LOOKS_LIMIT)
		top->has_ended = true;
	else
		watch->error = error;
	watch->next_seconds = now_seconds() + top->interval_seconds;
}

/* Until a key is pressed, the process ends, the window changes its size or it is time for the next look. */
static void await(struct top *top, const struct watch *watch)
{
	struct pollfd events[] = {{.fd = STDIN_FILENO, .events = POLLIN},
				  {.fd = top->has_ended ? -1 : watch->process, .events = POLLIN}};
	double left_ms = (watch->next_seconds - now_seconds()) * 1000;
	int wait_ms = top->choice.is_paused || left_ms > POLL_LIMIT_MS ? POLL_LIMIT_MS
		      : left_ms > 0                                    ? (int)left_ms + 1
								       : 0;

	if (poll(events, 2, wait_ms) <= 0)
		return;
	if (events[0].revents & (POLLHUP | POLLERR | POLLNVAL))
		was_interrupted = 1;
	if (events[1].revents)
		top->has_ended = true;
}

static void obey_keys(struct top *top, struct watch *watch)
{
	bool is_changed = false;
	int key;

	while ((key = top_screen_key()) >= 0)
		is_changed |= top_obey_key(top, key, top_screen_rows());
	if (is_changed)
		watch->error = top_make_rows(top);
}

static bool goes_on(const struct top *top, const struct watch *watch)
{
	return !watch->error && !was_interrupted && !top->choice.wants_end &&
	       (!top->has_ended || top->choice.is_paused);
}

static void show(struct top *top, struct watch *watch)
{
	while (goes_on(top, watch)) {
		top_screen_draw(top);
		await(top, watch);
		obey_keys(top, watch);
		if (goes_on(top, watch) && !top->choice.is_paused && now_seconds() >= watch->next_seconds)
			look_once_more(top, watch);
	}
}

/* What ended it, if it has left its region behind. */
static void say_ending(const struct top *top, pid_t pid)
{
	struct tool_look last;

	if (tool_look_at_process(pid, &last)) {
		printf("contend: %s has ended\n", top->data.now->look.label);
		return;
	}
	if (last.ending.life == ENDING_DEAD)
		printf("contend: %s: %s; `contend dump %d` writes its profiles\n", last.label, last.ending.words, pid);
	else
		printf("contend: %s has ended\n", top->data.now->look.label);
	tool_look_free(&last);
}

static int run(struct top *top, const struct top_command *command)
{
	struct watch watch = {.pid = top->data.now->look.snapshot->pid, .process = -1};
	bool is_ours = top->data.now->look.ending.life == ENDING_ALIVE; /* else the number means another one here */
	const char *wrong = top_screen_open();

	if (wrong)
		return tool_fail("top: %s: `contend show %s` and `contend threads %s` print what it would show", wrong,
				 command->pid_text, command->pid_text);
	if (is_ours)
		watch.process = (int)syscall(SYS_pidfd_open, watch.pid, 0);
	watch.next_seconds = now_seconds() + top->interval_seconds;
	watch.error = top_make_rows(top);
	catch_signals();
	show(top, &watch);
	top_screen_close();
	if (watch.process >= 0)
		close(watch.process);
	if (watch.error)
		return tool_fail("%s: %s", top->data.now->look.label, tool_error_words(watch.error));
	if (top->has_ended)
		say_ending(top, watch.pid);
	return TOOL_OK;
}

static int begin(const struct top_command *command)
{
	struct top top = {.interval_seconds = command->interval_seconds};
	struct tool_look look;
	int status = tool_process_look("top", command->pid_text, &look), error;

	if (status != TOOL_OK)
		return status;
	if (look.ending.life == ENDING_DEAD) {
		status = tool_fail("%s is dead, and does nothing any more: `contend show %s` shows what it did",
				   look.label, command->pid_text);
		tool_look_free(&look);
		return status;
	}
	for (unsigned i = 0; top_views[i]; i++)
		top.choice.sort[i] = top_views[i]->sort;
	error = top_data_begin(&top.data, &look);
	if (error)
		return tool_fail("process %s: %s", command->pid_text,
				 error == -ESRCH ? "it has ended meanwhile" : tool_error_words(error));
	status = run(&top, command);
	free(top.rows);
	top_data_free(&top.data);
	return status;
}

static int help(void)
{
	puts("Usage: contend top [--interval SECONDS] PID\n\n"
	     "Shows a profiled process, on a terminal, anew each second: which stacks make others wait for locks (holders),\n"
	     "which stacks wait (waiters), which locks are waited for (locks), what every thread does or waits for, and who\n"
	     "holds that (threads). Rates are of the time between two looks, totals of all since the process is profiled.\n"
	     "The process is not stopped or signalled. It ends when the process does, or with `q`; `?` explains the keys.\n\n"
	     "  --interval SECONDS   so long between two looks (1)\n\n"
	     "Exit status: 0; 1: no such process, it is not profiled, or this is no terminal; 2: the command line is wrong.");
	return TOOL_OK;
}

static int take_interval(const char *text, struct top_command *command)
{
	char *end;

	command->interval_seconds = strtod(text, &end);
	if (end == text || *end || !(command->interval_seconds >= 0.1 && command->interval_seconds <= 3600))
		return tool_misuse("top", "'%s': from 0.1 to 3600 seconds", text);
	return TOOL_OK;
}

int tool_top(int argc, char **argv)
{
	static const struct option options[] = {
		{"interval", required_argument, NULL, 'i'}, {"help", no_argument, NULL, 'h'}, {0}};
	struct top_command command = {.interval_seconds = 1};
	int option;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (option == 'h')
			return help();
		if (option != 'i')
			return tool_misuse_option("top");
		if (take_interval(optarg, &command) != TOOL_OK)
			return TOOL_USAGE;
	}
	if (argc - optind != 1)
		return tool_misuse("top", optind == argc ? "of which process? `contend list` shows them"
							 : "one process at a time");
	if (tool_read_config())
		return TOOL_FAILED;
	command.pid_text = argv[optind];
	return begin(&command);
}
