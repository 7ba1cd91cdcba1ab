/* SPDX-License-Identifier: MIT */
/* contend push: profiles of intervals go to Pyroscope. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "config_value.h"
#include "tool.h"
#include "tool_progress.h"
#include "tool_push.h"

struct push {
	struct push_target target;
	struct push_server server;
	struct process_query query;
	int64_t interval_ms;
	int64_t buffer_bytes;
};

static int help(void)
{
	puts("Usage: contend push --pyroscope URL [OPTION...] [PID...]\n\n"
	     "Sends what these processes, or all profiled processes of this user, waited for to a Pyroscope server (or what takes its\n"
	     "place, as Grafana Alloy's pyroscope.receive_http does), interval by interval, as profiles mutex and block, and wake, hold and\n"
	     "contention of those that keep them, until it gets SIGINT or SIGTERM: then it sends what is left, for 10 s at most or until a\n"
	     "second one. What a process that ends did last is sent too.\n\n"
	     "  --interval DURATION  how long an interval is (15s)\n"
	     "  --name APPLICATION   its name there; without, that of each program\n"
	     "  --label KEY=VALUE    a label; several may be given. Each combination of values is a series: keep them few\n"
	     "  --tenant NAME        sent as X-Scope-OrgID\n"
	     "  --auth-file FILE     its first line is USER:PASSWORD, or a token; mode 0600\n"
	     "  --ca-file FILE       certificates of those who vouch for an https server, in place of the system's\n"
	     "  --buffer SIZE        of profiles that wait for a server that does not answer (16m); beyond, the oldest are dropped\n\n"
	     "What the server does not take for the moment is sent again, later and later, up to a minute apart. What it refuses, and\n"
	     "what is dropped, is said and counted.\n\n"
	     "Exit status: 0 after a signal, everything sent; 1: something was dropped or refused; 2: the command line is wrong.");
	return TOOL_OK;
}

static int watch_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

static bool is_told_to_stop(int signals)
{
	struct signalfd_siginfo information;

	return read(signals, &information, sizeof(information)) == sizeof(information);
}

static void collect_and_send(struct push_collector *collector, struct push_sender *sender, int64_t interval_ms,
			     int signals)
{
	int64_t next_ms = push_now_ms();

	while (!is_told_to_stop(signals)) {
		int64_t now_ms = push_now_ms(), wait_ms;

		if (now_ms >= next_ms) {
			push_collect(collector);
			next_ms = now_ms + interval_ms;
		}
		wait_ms = push_sender_step(sender, false);
		now_ms = push_now_ms();
		push_sender_wait(sender, signals, wait_ms < next_ms - now_ms ? wait_ms : next_ms - now_ms);
	}
}

/* What has come since, and what waits; until somebody is tired of it. */
static void flush_all(struct push_collector *collector, struct push_sender *sender, struct push_queue *queue,
		      int signals)
{
	int64_t end_ms = push_now_ms() + PUSH_FLUSH_SECONDS * 1000;
	struct tool_progress progress;

	tool_progress_begin(&progress);
	push_collect(collector);
	while (queue->first && push_now_ms() < end_ms && !is_told_to_stop(signals)) {
		tool_progress_say(&progress, "push: sending the last %zu profiles; Ctrl-C gives them up", queue->count);
		push_sender_wait(sender, signals, push_sender_step(sender, true));
	}
	tool_progress_end(&progress);
	queue->dropped += queue->count;
}

static int report(const struct push_queue *queue, const struct push_sender *sender)
{
	struct push_counts counts = push_sender_counts(sender);

	fprintf(stderr, "contend: push: %" PRIu64 " profiles sent, %" PRIu64 " refused, %" PRIu64 " dropped\n",
		counts.sent, counts.refused, queue->dropped);
	return counts.refused || queue->dropped ? TOOL_FAILED : TOOL_OK;
}

static int push(struct push *push)
{
	int signals = watch_signals(), status;
	struct push_queue queue;
	struct push_sender *sender;
	struct push_collector *collector;

	push_queue_init(&queue, (size_t)push->buffer_bytes);
	sender = push_sender_new(&push->server, &queue);
	if (!sender)
		return TOOL_FAILED;
	collector = push_collector_new(&push->target, &push->query, &queue);
	if (!collector)
		return tool_fail("push: out of memory");
	tool_processes_say_missing(&push->query);
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "contend: push: to %s, every %" PRId64 " s; Ctrl-C ends it\n", push->server.url,
			push->interval_ms / 1000);
	collect_and_send(collector, sender, push->interval_ms, signals);
	flush_all(collector, sender, &queue, signals);
	status = report(&queue, sender);
	push_sender_free(sender);
	push_collector_free(collector);
	while (queue.first)
		push_queue_remove_first(&queue);
	return status;
}

/* On a command line everybody would read it. */
static int read_secret(const char *path, char **out_secret)
{
	struct stat status;
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t room = 0;
	ssize_t bytes = -1;
	bool is_open_to_others = false;

	if (file && fstat(fileno(file), &status) == 0) {
		is_open_to_others = (status.st_mode & 077) != 0;
		bytes = is_open_to_others ? -1 : getline(&line, &room, file);
	}
	if (file)
		fclose(file);
	if (is_open_to_others)
		return tool_fail("%s: others may read or write it: chmod 600 it", path);
	if (bytes <= 0 || strcspn(line, "\r\n") == 0) {
		free(line);
		return tool_fail("%s: no USER:PASSWORD and no token could be read", path);
	}
	line[strcspn(line, "\r\n")] = '\0';
	*out_secret = line;
	return TOOL_OK;
}

static int add_label(struct push_target *target, const char *label)
{
	size_t used = strlen(target->labels);

	if (!push_label_is_valid(label))
		return tool_misuse(
			"push",
			"'%s' is no label: KEY=VALUE, the key of letters, digits and _, no , = { } in the value",
			label);
	if ((size_t)snprintf(target->labels + used, sizeof(target->labels) - used, "%s%s", used ? "," : "", label) >=
	    sizeof(target->labels) - used)
		return tool_misuse("push", "too many labels");
	return TOOL_OK;
}

static int check_url(const char *url)
{
	const char *host = url ? strstr(url, "://") : NULL;

	if (!url)
		return tool_misuse("push", "--pyroscope URL is needed");
	if (!host || (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0) || strpbrk(url, "?# \t\r\n"))
		return tool_misuse("push", "'%s' is no http:// or https:// address", url);
	if (memchr(host + 3, '@', strcspn(host + 3, "/")))
		return tool_misuse(
			"push", "who you are belongs into --auth-file, not into the address, where everybody sees it");
	return TOOL_OK;
}

static int parse_value(enum config_value_type type, int64_t least, int64_t most, const char *option, const char *text,
		       int64_t *out_value)
{
	struct config_value_range range = {.type = type, .least = least, .most = most};
	char words[256];

	if (config_value_parse(&range, text, out_value))
		return TOOL_OK;
	config_value_describe(&range, words, sizeof(words));
	return tool_misuse("push", "--%s takes %s", option, words);
}

enum {
	OPTION_PYROSCOPE = 256,
	OPTION_INTERVAL,
	OPTION_NAME,
	OPTION_LABEL,
	OPTION_TENANT,
	OPTION_AUTH,
	OPTION_CA,
	OPTION_BUFFER
};

static int take_option(struct push *push, int option, char *value)
{
	int64_t interval_ns;
	int status = TOOL_OK;

	switch (option) {
	case OPTION_PYROSCOPE:
		push->target.url = push->server.url = value;
		break;
	case OPTION_INTERVAL:
		status = parse_value(CONFIG_VALUE_duration, 1000000000, INT64_C(86400000000000), "interval", value,
				     &interval_ns);
		if (status == TOOL_OK)
			push->interval_ms = interval_ns / 1000000;
		break;
	case OPTION_NAME:
		push->target.name = value;
		break;
	case OPTION_LABEL:
		status = add_label(&push->target, value);
		break;
	case OPTION_TENANT:
		push->server.tenant = value;
		break;
	case OPTION_AUTH:
		status = read_secret(value, &push->server.secret);
		break;
	case OPTION_CA:
		push->server.ca_file = value;
		break;
	case OPTION_BUFFER:
		status = parse_value(CONFIG_VALUE_bytes, 1 << 16, INT64_C(1) << 32, "buffer", value,
				     &push->buffer_bytes);
		break;
	default:
		status = tool_misuse_option("push");
	}
	return status;
}

int tool_push(int argc, char **argv)
{
	static const struct option options[] = {{"pyroscope", required_argument, NULL, OPTION_PYROSCOPE},
						{"interval", required_argument, NULL, OPTION_INTERVAL},
						{"name", required_argument, NULL, OPTION_NAME},
						{"label", required_argument, NULL, OPTION_LABEL},
						{"tenant", required_argument, NULL, OPTION_TENANT},
						{"auth-file", required_argument, NULL, OPTION_AUTH},
						{"ca-file", required_argument, NULL, OPTION_CA},
						{"buffer", required_argument, NULL, OPTION_BUFFER},
						{"help", no_argument, NULL, 'h'},
						{0}};
	struct push order = {.interval_ms = 15000, .buffer_bytes = 16 << 20};
	pid_t *pids = NULL;
	int option, status = TOOL_OK;

	while (status == TOOL_OK && (option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (option == 'h')
			return help();
		status = take_option(&order, option, optarg);
	}
	if (status == TOOL_OK)
		status = check_url(order.target.url);
	if (status == TOOL_OK)
		status = tool_parse_pids("push", argv + optind, &pids);
	if (status == TOOL_OK) {
		tool_read_config();
		order.query = (struct process_query){
			.region_dir = config.region_dir, .pids = pids, .pid_count = (size_t)(argc - optind)};
		status = push(&order);
	}
	free(pids);
	free(order.server.secret);
	return status;
}
