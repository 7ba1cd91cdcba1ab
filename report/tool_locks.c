/* SPDX-License-Identifier: MIT */
/* contend locks: which locks are waited for, by whom, because of whom. */
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>

#include "lock_list.h"
#include "tool.h"
#include "tool_input.h"
#include "tool_stack.h"
#include "tool_text.h"
#include "tool_words.h"

enum { LOCKS_SHOWN = 10, FRAMES_SHOWN = 4, INPUTS_MOST = 16 };

typedef Perftools__Profiles__Profile Profile;

struct locks_order {
	unsigned most;
	bool as_json;
};

static int print_help(void)
{
	printf("Usage: contend locks [OPTION...] PID|FILE...\n"
	       "\n"
	       "Shows the locks that were waited for longest: how long in all, how often, on average, the longest wait, how\n"
	       "many threads wait for it now, the kind of lock, what it is called; and below, the stack that held others up\n"
	       "longest (mutex profile) and the one that waited longest (block profile); with CONTEND_HISTOGRAM=1 how many waits\n"
	       "were how long, by powers of two.\n"
	       "\n"
	       "PID is a profiled process, alive or dead, which has counted every wait. FILE is a profile, or the region of a\n"
	       "process; of profiles the numbers are their own, estimates where they were sampled. Several FILEs, as the mutex\n"
	       "and the block profile of one dump, are shown as one.\n"
	       "\n"
	       "  -n N      the N worst (%d)\n"
	       "  --json    all of them, as an array of JSON\n"
	       "\n"
	       "A lock is called by its name (contend_name_lock of contend.h), its variable, where it was initialised, or its\n"
	       "address: see CONTEND_LOCK_LABELS in libcontend(7).\n"
	       "\n"
	       "Exit status: 0; 1: it cannot be read; 2: the command line is wrong.\n",
	       LOCKS_SHOWN);
	return TOOL_OK;
}

static bool print_frame(const char *function, unsigned number, FILE *out)
{
	fputs(number ? " < " : "", out);
	tool_text_print_function(function, out);
	return number + 1 < FRAMES_SHOWN;
}

static bool print_json_frame(const char *function, unsigned number, FILE *out)
{
	fputs(number ? ", " : "", out);
	tool_text_print_json(tool_text_function(function), out);
	return true;
}

static void print_side(const char *words, const struct lock_side *side)
{
	if (!side->worst || side->worst_ns <= 0)
		return;
	tool_stack_print_duration((double)side->worst_ns, false, stdout);
	printf("  %s  ", words);
	lock_side_visit_stack(side, print_frame, stdout);
	putchar('\n');
}

/* "how long    2 from 16.78ms, 3 from 33.55ms" */
static void print_powers(const struct listed_lock *lock)
{
	const char *before = "            how long    ";

	for (int power = 0; power < LOCK_LIST_POWERS; power++) {
		if (lock->by_power[power] == 0)
			continue;
		printf("%s%" PRId64 " from ", before, lock->by_power[power]);
		tool_stack_print_plain_duration((double)(INT64_C(1) << power), stdout);
		before = ", ";
	}
	if (lock->has_powers)
		putchar('\n');
}

static void print_number(int64_t number, int width)
{
	if (number < 0)
		printf("  %*s", width, "-");
	else
		printf("  %*" PRId64, width, number);
}

static void print_time(int64_t ns)
{
	if (ns < 0)
		printf("%10s", "- ");
	else
		tool_stack_print_duration((double)ns, false, stdout);
}

static int64_t mean_ns(const struct listed_lock *lock)
{
	return lock->contentions > 0 ? lock->waited_ns / lock->contentions : -1;
}

static void print_lock(const struct listed_lock *lock)
{
	putchar('\n');
	print_time(lock->waited_ns);
	print_number(lock->contentions, 8);
	print_time(mean_ns(lock));
	print_time(lock->longest_ns);
	print_number(lock->waiting, 5);
	printf("  %-12s  ", lock->kind[0] ? lock->kind : "-");
	tool_text_print(lock->name, stdout);
	putchar('\n');
	print_side("held up by", &lock->holder);
	print_side("waited in ", &lock->waiter);
	print_powers(lock);
}

static void print_text(const struct lock_list *list, const struct locks_order *order)
{
	printf("%10s  %8s%10s%10s  %5s  %-12s  %s\n", "TOTAL", "WAITS", "MEAN", "MAX", "NOW", "KIND", "LOCK");
	for (size_t i = 0; i < list->count && i < order->most; i++)
		print_lock(&list->locks[i]);
	if (list->count > order->most)
		printf("\n%zu more: -n %zu shows all\n", list->count - order->most, list->count);
	if (!list->count)
		puts("no lock was waited for");
}

static void print_json_side(const char *name, const struct lock_side *side)
{
	printf(", \"%s\": ", name);
	if (!side->worst) {
		fputs("null", stdout);
		return;
	}
	printf("{\"delay_ns\": %" PRId64 ", \"stack\": [", side->worst_ns);
	lock_side_visit_stack(side, print_json_frame, stdout);
	fputs("]}", stdout);
}

static void print_json_powers(const struct listed_lock *lock)
{
	const char *before = "";

	if (!lock->has_powers) {
		fputs(", \"distribution\": null", stdout);
		return;
	}
	fputs(", \"distribution\": [", stdout);
	for (int power = 0; power < LOCK_LIST_POWERS; power++) {
		if (lock->by_power[power] == 0)
			continue;
		printf("%s{\"from_ns\": %" PRId64 ", \"contentions\": %" PRId64 "}", before, INT64_C(1) << power,
		       lock->by_power[power]);
		before = ", ";
	}
	putchar(']');
}

/* What is not known is null. */
static void print_json_number(const char *name, int64_t number)
{
	if (number < 0)
		printf(", \"%s\": null", name);
	else
		printf(", \"%s\": %" PRId64, name, number);
}

static void print_json(const struct lock_list *list)
{
	putchar('[');
	for (size_t i = 0; i < list->count; i++) {
		const struct listed_lock *lock = &list->locks[i];

		fputs(i ? ",\n {\"lock\": " : "\n {\"lock\": ", stdout);
		tool_text_print_json(lock->name, stdout);
		fputs(", \"kind\": ", stdout);
		tool_text_print_json(lock->kind, stdout);
		print_json_number("contentions", lock->contentions);
		print_json_number("total_ns", lock->waited_ns);
		print_json_number("mean_ns", mean_ns(lock));
		print_json_number("longest_ns", lock->longest_ns);
		print_json_number("waiting", lock->waiting);
		print_json_powers(lock);
		print_json_side("holder", &lock->holder);
		print_json_side("waiter", &lock->waiter);
		putchar('}');
	}
	puts(list->count ? "\n]" : "]");
}

static int add_input(struct lock_list *list, const struct tool_input *input)
{
	int error = 0;

	if (input->look.snapshot)
		error = lock_list_add_snapshot(list, input->look.snapshot, input->look.root);
	for (size_t i = 0; i < input->count && !error; i++)
		if (input->profiles[i].which == PROFILE_MUTEX || input->profiles[i].which == PROFILE_BLOCK)
			error = lock_list_add_profile(list, input->profiles[i].which, input->profiles[i].message);
	return error ? tool_fail("%s: %s", input->name, tool_error_words(error)) : TOOL_OK;
}

static int show(char **named, int count, const struct locks_order *order)
{
	const struct tool_input_order input_order = {.wanted = 1u << PROFILE_MUTEX | 1u << PROFILE_BLOCK,
						     .keeps_look = true};
	struct tool_input inputs[INPUTS_MOST] = {0};
	struct lock_list list = {0};
	int status = TOOL_OK;

	for (int i = 0; i < count && status == TOOL_OK; i++) {
		status = tool_input_read(named[i], &input_order, &inputs[i]);
		if (status == TOOL_OK)
			status = add_input(&list, &inputs[i]);
	}
	if (status == TOOL_OK) {
		lock_list_sort(&list);
		if (order->as_json)
			print_json(&list);
		else
			print_text(&list, order);
	}
	lock_list_free(&list);
	for (int i = 0; i < count; i++)
		tool_input_free(&inputs[i]);
	return status;
}

int tool_locks(int argc, char **argv)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'}, {"json", no_argument, NULL, 'j'}, {NULL, 0, NULL, 0}};
	struct locks_order order = {.most = LOCKS_SHOWN};
	int option;

	while ((option = getopt_long(argc, argv, "n:h", options, NULL)) != -1) {
		if (option == 'h')
			return print_help();
		if (option == 'j')
			order.as_json = true;
		else if (option != 'n')
			return tool_misuse_option("locks");
		else if (tool_words_read_count("locks", "locks", optarg, &order.most) != TOOL_OK)
			return TOOL_USAGE;
	}
	if (optind == argc)
		return tool_misuse("locks", "which process or profile? `contend list` shows processes");
	if (argc - optind > INPUTS_MOST)
		return tool_misuse("locks", "more than %d files", INPUTS_MOST);
	return show(argv + optind, argc - optind, &order);
}
