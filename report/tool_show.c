/* SPDX-License-Identifier: MIT */
/* contend show: profiles as text: how much by kind, and the worst stacks; waits of threads that have nothing to do apart. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "profile_file.h"
#include "tool.h"
#include "tool_text.h"

typedef Perftools__Profiles__Profile Profile;
typedef Perftools__Profiles__Sample Sample;

enum { VALUE_COUNT, VALUE_DELAY_NS, CALLERS_SHOWN = 3, WORST_SHOWN = 10 };

static const char *text(const Profile *profile, int64_t index)
{
	return profile->string_table[index];
}

/* The innermost function of a location. Ids are numbers from 1 in order, as we write them; else "?". */
static const char *location_name(const Profile *profile, uint64_t id)
{
	if (id == 0 || id > profile->n_location || profile->location[id - 1]->n_line == 0)
		return "?";
	uint64_t function = profile->location[id - 1]->line[0]->function_id;

	return function && function <= profile->n_function ? text(profile, profile->function[function - 1]->name) : "?";
}

static const char *label(const Profile *profile, const Sample *sample, const char *key)
{
	for (size_t i = 0; i < sample->n_label; i++)
		if (strcmp(text(profile, sample->label[i]->key), key) == 0)
			return text(profile, sample->label[i]->str);
	return "";
}

static void print_duration(int64_t ns, FILE *out)
{
	static const struct unit {
		double ns;
		const char *name;
	} units[] = {{1e9, "s"}, {1e6, "ms"}, {1e3, "us"}, {1, "ns"}};
	const struct unit *unit = units;

	while (unit->ns > 1 && (double)ns < unit->ns)
		unit++;
	fprintf(out, "%8.2f%-2s", (double)ns / unit->ns, unit->name);
}

/* Of the kinds that wait_kinds.def calls idle. */
static bool is_idle(const Profile *profile, const Sample *sample)
{
	static const struct {
		const char *name;
		bool is_idle;
	} kinds[] = {
#define WAIT_KIND(identifier, name, end, is_idle) {name, is_idle},
#include "wait_kinds.def"
#undef WAIT_KIND
	};
	const char *kind = label(profile, sample, "kind");

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, kind) == 0)
			return kinds[i].is_idle;
	return false;
}

static void print_sample(const Profile *profile, const Sample *sample, FILE *out)
{
	const char *file_type = label(profile, sample, "fd");

	print_duration(sample->value[VALUE_DELAY_NS], out);
	fprintf(out, "  %8" PRId64 "x  ", sample->value[VALUE_COUNT]);
	tool_text_print(label(profile, sample, "kind"), out);
	fputs(file_type[0] ? " " : "", out);
	tool_text_print(file_type, out);
	fputc(' ', out);
	for (size_t i = 0; i < sample->n_location_id && i <= CALLERS_SHOWN; i++) {
		fputs(i ? " < " : " ", out);
		tool_text_print_function(location_name(profile, sample->location_id[i]), out);
	}
	fputc('\n', out);
}

static int compare_delays(const void *left, const void *right)
{
	const Sample *const *a = left, *const *b = right;
	int64_t a_ns = (*a)->value[VALUE_DELAY_NS], b_ns = (*b)->value[VALUE_DELAY_NS];

	return (b_ns > a_ns) - (b_ns < a_ns);
}

/* The `most` worst of the samples, idle waits only or none of them. */
static void print_worst(const Profile *profile, bool idle, unsigned most, FILE *out)
{
	unsigned shown = 0;

	for (size_t i = 0; i < profile->n_sample && shown < most; i++) {
		if (is_idle(profile, profile->sample[i]) != idle)
			continue;
		print_sample(profile, profile->sample[i], out);
		shown++;
	}
	if (shown == 0)
		fputs("  none\n", out);
}

struct total {
	const char *name;
	int64_t count;
	int64_t delay_ns;
};

/* As far as the type goes: a profile may hold any numbers. */
static int64_t add_capped(int64_t a, int64_t b)
{
	int64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? (b < 0 ? INT64_MIN : INT64_MAX) : sum;
}

/* Adds up by `key`; returns how many different values of it there are, at most `limit`. */
static size_t add_up(const Profile *profile, const char *key, struct total *out_totals, size_t limit)
{
	size_t count = 0, at;

	for (size_t i = 0; i < profile->n_sample; i++) {
		const char *name = label(profile, profile->sample[i], key);

		for (at = 0; at < count && strcmp(out_totals[at].name, name) != 0; at++)
			;
		if (at == limit)
			continue;
		if (at == count)
			out_totals[count++] = (struct total){.name = name};
		out_totals[at].count = add_capped(out_totals[at].count, profile->sample[i]->value[VALUE_COUNT]);
		out_totals[at].delay_ns =
			add_capped(out_totals[at].delay_ns, profile->sample[i]->value[VALUE_DELAY_NS]);
	}
	return count;
}

static int compare_totals(const void *left, const void *right)
{
	const struct total *a = left, *b = right;

	return (b->delay_ns > a->delay_ns) - (b->delay_ns < a->delay_ns);
}

static void print_kinds(const Profile *profile, FILE *out)
{
	struct total totals[64];
	size_t count = add_up(profile, "kind", totals, sizeof(totals) / sizeof(totals[0]));

	qsort(totals, count, sizeof(totals[0]), compare_totals);
	for (size_t i = 0; i < count; i++) {
		print_duration(totals[i].delay_ns, out);
		fprintf(out, "  %8" PRId64 "x  ", totals[i].count);
		tool_text_print(totals[i].name, out);
		fputc('\n', out);
	}
}

/* Reading has checked that each sample has a value of each type. */
static bool is_of_contention(const Profile *profile)
{
	return profile->n_sample_type == 2 &&
	       strcmp(text(profile, profile->sample_type[VALUE_COUNT]->type), "contentions") == 0 &&
	       strcmp(text(profile, profile->sample_type[VALUE_DELAY_NS]->type), "delay") == 0;
}

/* A profile of contention, worst first; NULL after a complaint. */
static Profile *read_sorted(const char *path)
{
	Profile *profile;
	int error = profile_file_read(path, &profile);

	if (error) {
		tool_fail("%s: %s", path,
			  error == -EBADMSG ? "not a profile, or a damaged one" : tool_error_words(error));
		return NULL;
	}
	if (!is_of_contention(profile)) {
		tool_fail("%s: not a profile of contention", path);
		profile_file_free(profile);
		return NULL;
	}
	if (profile->n_sample)
		qsort(profile->sample, profile->n_sample, sizeof(profile->sample[0]), compare_delays);
	return profile;
}

int tool_print_worst(const char *profile_path, unsigned most, FILE *out)
{
	Profile *profile = read_sorted(profile_path);

	if (!profile)
		return TOOL_FAILED;
	print_worst(profile, false, most, out);
	profile_file_free(profile);
	return TOOL_OK;
}

static int show(const char *path, unsigned most)
{
	Profile *profile = read_sorted(path);
	bool has_kinds;

	if (!profile)
		return TOOL_FAILED;
	has_kinds = profile->n_sample && label(profile, profile->sample[0], "kind")[0];
	printf("%s\n", path);
	for (size_t i = 0; i < profile->n_comment; i++) {
		tool_text_print(text(profile, profile->comment[i]), stdout);
		putchar('\n');
	}
	if (has_kinds) {
		puts("\nby kind");
		print_kinds(profile, stdout);
	}
	puts("\nworst");
	print_worst(profile, false, most, stdout);
	if (has_kinds) {
		puts("\nidle: threads that wait for something to do");
		print_worst(profile, true, most, stdout);
	}
	profile_file_free(profile);
	return TOOL_OK;
}

/* A number from 1 on; 0 if the text is none. */
static unsigned count_of(const char *digits)
{
	unsigned long count;

	if (digits[strspn(digits, "0123456789")] != '\0')
		return 0;
	errno = 0;
	count = strtoul(digits, NULL, 10);
	return errno || count > UINT_MAX ? 0 : count;
}

static int help(void)
{
	puts("Usage: contend show [-n COUNT] FILE...\n\n"
	     "Prints profiles as text: their comments, totals by kind of wait, and the COUNT worst stacks (10), from the call\n"
	     "outwards. Waits of threads that have nothing to do (event loops, accept, sleep, condition variables) stand apart.\n");
	return TOOL_OK;
}

int tool_show(int argc, char **argv)
{
	static const struct option options[] = {{"help", no_argument, NULL, 'h'}, {0}};
	unsigned most = WORST_SHOWN;
	int option, status = TOOL_OK;

	while ((option = getopt_long(argc, argv, "+n:h", options, NULL)) != -1) {
		if (option == 'h')
			return help();
		if (option != 'n')
			return tool_misuse("show", "the command line is wrong");
		most = count_of(optarg);
		if (most == 0)
			return tool_misuse("show", "%s: not a number of stacks", optarg);
	}
	if (optind == argc)
		return tool_misuse("show", "no profile named");
	for (; optind < argc; optind++)
		if (show(argv[optind], most) != TOOL_OK)
			status = TOOL_FAILED;
	if (fflush(stdout) || ferror(stdout))
		return tool_fail("standard output: %s", strerrordesc_np(errno));
	return status;
}
