/* SPDX-License-Identifier: MIT */
/* contend set: another fraction, another rate, while the process runs. */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>

#include "ask.h"
#include "config_value.h"
#include "process_tasks.h"
#include "tool.h"
#include "tool_look.h"

/* What the variables of the same meaning take. */
static const struct config_value_range ranges[] = {
#define OPTION(field, variable, type, fallback, least, most, sentence) {CONFIG_VALUE_##type, least, most},
#include "options.def"
#undef OPTION
};

enum {
#define OPTION(field, variable, type, fallback, least, most, sentence) RANGE_##field,
#include "options.def"
#undef OPTION
};

struct knobs {
	int64_t fraction, block_rate_ns;
};

struct set_order {
	pid_t pid;
	struct wish wish;
	bool by_signal;
};

static int help(void)
{
	puts("Usage: contend set [--fraction N] [--block-rate D] [--signal] PID\n\n"
	     "Changes what a process records from now on, in all its threads at once; what it has recorded stays as it is. Without\n"
	     "--fraction and --block-rate: shows what it records. Programs that it starts begin with their environment's again.\n\n"
	     "  --fraction N    as CONTEND_FRACTION: one in N releases that made others wait; 1 is all, 0 is off\n"
	     "  --block-rate D  as CONTEND_BLOCK_RATE (500us, 1ms): waits this long are all recorded, shorter ones in\n"
	     "                  proportion; 1 is all, 0 is off\n"
	     "  --signal        a process with one thread looks when it waits, and not at all while both are 0: send it its dump\n"
	     "                  signal, on which it looks, and writes no profiles. A sleep or epoll_wait may end with EINTR\n\n"
	     "The exit status is 1 if the process has not answered in a second; it may still do so when it waits next.");
	return TOOL_OK;
}

static struct knobs knobs_of(const struct region_header *header)
{
	return (struct knobs){.fraction = atomic_load(&header->mutex_fraction),
			      .block_rate_ns = atomic_load(&header->block_rate_ns)};
}

static void print_knob(const char *name, size_t range, int64_t value, int64_t before)
{
	char words[32];

	config_value_print(&ranges[range], value, words, sizeof(words));
	printf("%s %s", name, words);
	config_value_print(&ranges[range], before, words, sizeof(words));
	if (value != before)
		printf(" (was %s)", words);
}

static void print_knobs(const struct tool_look *look, struct knobs now, struct knobs before)
{
	printf("%s: ", look->label);
	print_knob("fraction", RANGE_fraction, now.fraction, before.fraction);
	print_knob(", block rate", RANGE_block_rate_ns, now.block_rate_ns, before.block_rate_ns);
	putchar('\n');
}

/* Would the signal be handled? Else it would kill the process. */
static bool handles_signal(pid_t pid, uint32_t number)
{
	unsigned long long caught = 0;
	char path[32], line[128];
	FILE *status;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	status = fopen(path, "re");
	while (status && fgets(line, sizeof(line), status))
		if (sscanf(line, "SigCgt: %llx", &caught) == 1)
			break;
	if (status)
		fclose(status);
	return number >= 1 && number <= 64 && caught >> (number - 1) & 1;
}

static size_t count_threads(pid_t pid)
{
	struct process_task *tasks;
	size_t count;

	if (process_tasks_read(pid, &tasks, &count) != 0)
		return 0;
	free(tasks);
	return count;
}

static bool has_sign(const struct tool_look *look, enum region_sign sign)
{
	return atomic_load(&look->file.region->header.signs) >> sign & 1;
}

/* Why it has not answered, and what can be done. */
static int explain(const struct tool_look *look, struct knobs before)
{
	const char *label = look->label;

	if (has_sign(look, REGION_SIGN_SANDBOX))
		return tool_fail("%s has put a seccomp filter on itself and is not woken: it will take this when it "
				 "waits next",
				 label);
	if (count_threads(look->file.region->header.pid) != 1)
		return tool_fail("%s does not answer (is it stopped?): it will take this when it does", label);
	if (before.fraction == 0 && before.block_rate_ns == 0)
		return tool_fail("%s has one thread, which looks at nothing while both are off: try --signal", label);
	return tool_fail("%s has one thread, and is not waiting: it will take this when a wait of it ends; or try "
			 "--signal",
			 label);
}

static void send_signal(void *look)
{
	const struct region_header *header = &((const struct tool_look *)look)->file.region->header;

	kill(header->pid, (int)header->dump_signal);
}

/* First without the signal: who has answered by then needs none. */
static int ask_process(struct tool_look *look, const struct set_order *order)
{
	static const int64_t long_ns = INT64_C(1000000000), short_ns = INT64_C(100000000);
	const struct region_header *header = &look->file.region->header;
	struct wish wish = order->wish;
	uint32_t granted;
	int error = ask(&look->file, &wish, order->by_signal ? short_ns : long_ns, &granted);

	if (error == -ETIMEDOUT && order->by_signal) {
		if (!handles_signal(header->pid, header->dump_signal))
			return tool_fail("%s handles no dump signal", look->label);
		wish.wanted |= WISH_SIGNALLED;
		error = ask_and(&look->file, &wish, long_ns, send_signal, look, &granted);
	}
	if (error == -ETIMEDOUT)
		return explain(look, knobs_of(header));
	if (!error && (granted & order->wish.wanted) != order->wish.wanted)
		return tool_fail("%s records nothing any more: it gave up the clock, or all system calls", look->label);
	return error ? tool_fail("%s: %s", look->label, tool_error_words(error)) : TOOL_OK;
}

static int set(struct tool_look *look, const struct set_order *order)
{
	struct knobs before = knobs_of(&look->file.region->header), now = before;

	if (look->ending.life == ENDING_DEAD)
		return tool_fail("%s is dead: nothing more will be recorded", look->label);
	if (order->wish.wanted && ask_process(look, order) != TOOL_OK)
		return TOOL_FAILED;
	if (order->wish.wanted & WISH_FRACTION)
		now.fraction = order->wish.fraction;
	if (order->wish.wanted & WISH_BLOCK_RATE)
		now.block_rate_ns = order->wish.block_rate_ns;
	print_knobs(look, now, before);
	return TOOL_OK;
}

static int set_process(const struct set_order *order)
{
	struct tool_look look;
	int error = tool_look_open_process(order->pid, &look), status;

	if (error == -ESRCH)
		return tool_fail_unprofiled(order->pid);
	if (error)
		return tool_fail("process %d: %s", order->pid, tool_error_words(error));
	status = set(&look, order);
	tool_look_free(&look);
	return status;
}

static int parse_value(size_t range, const char *text, int64_t *out_value)
{
	char words[128];

	if (config_value_parse(&ranges[range], text, out_value))
		return TOOL_OK;
	config_value_describe(&ranges[range], words, sizeof(words));
	return tool_misuse("set", "'%s' is not %s", text, words);
}

static int parse_option(int option, struct set_order *order)
{
	int64_t value;
	int status;

	switch (option) {
	case 'f':
		status = parse_value(RANGE_fraction, optarg, &value);
		order->wish.fraction = status == TOOL_OK ? (int32_t)value : 0;
		order->wish.wanted |= WISH_FRACTION;
		return status;
	case 'b':
		order->wish.wanted |= WISH_BLOCK_RATE;
		return parse_value(RANGE_block_rate_ns, optarg, &order->wish.block_rate_ns);
	case 's':
		order->by_signal = true;
		return TOOL_OK;
	default:
		return tool_misuse_option("set");
	}
}

static int parse_process(const char *text, pid_t *out_pid)
{
	char *end;
	long pid = text ? strtol(text, &end, 10) : 0;

	if (!text)
		return tool_misuse("set", "of which process?");
	if (*end || pid <= 0 || pid > INT_MAX)
		return tool_misuse("set", "'%s' is no process number", text);
	*out_pid = (pid_t)pid;
	return TOOL_OK;
}

int tool_set(int argc, char **argv)
{
	static const struct option options[] = {{"fraction", required_argument, NULL, 'f'},
						{"block-rate", required_argument, NULL, 'b'},
						{"signal", no_argument, NULL, 's'},
						{"help", no_argument, NULL, 'h'},
						{0}};
	struct set_order order = {0};
	int option, status = TOOL_OK;

	while (status == TOOL_OK && (option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (option == 'h')
			return help();
		status = parse_option(option, &order);
	}
	if (status == TOOL_OK)
		status = parse_process(argv[optind], &order.pid);
	if (status == TOOL_OK && optind + 1 != argc)
		status = tool_misuse("set", "one process at a time");
	if (status == TOOL_OK && tool_read_config())
		status = TOOL_FAILED;
	return status == TOOL_OK ? set_process(&order) : status;
}
