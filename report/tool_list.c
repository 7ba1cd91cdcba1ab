/* SPDX-License-Identifier: MIT */
/* contend list: the profiled processes whose regions lie in the region directory, alive and dead. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "config.h"
#include "delta_base.h"
#include "ending.h"
#include "process.h"
#include "snapshot.h"
#include "snapshot_names.h"
#include "tool.h"
#include "tool_text.h"

/* What is said of one region. */
struct row {
	const char *path;
	char program[REGION_PATH_BYTES];
	pid_t pid;
	int64_t started_ns, age_ns; /* since 1970; up to now */
	struct ending ending;
	uint64_t events[PROFILE_COUNT];
	uint64_t lost;
	struct snapshot_overhead overhead;
};

struct list {
	bool as_json;
	unsigned rows;
	int status;
};

static const char *const life_names[] = {
	[ENDING_ALIVE] = "alive",
	[ENDING_DEAD] = "dead",
	[ENDING_ELSEWHERE] = "elsewhere",
};

static void print_age(int64_t age_ns)
{
	static const struct unit {
		int64_t seconds;
		const char *name;
	} units[] = {{86400, "d"}, {3600, "h"}, {60, "m"}, {1, "s"}};
	const struct unit *unit = units;
	int64_t seconds = age_ns / 1000000000;
	char text[32];

	while (unit->seconds > 1 && seconds < 2 * unit->seconds)
		unit++;
	snprintf(text, sizeof(text), "%" PRId64 "%s", seconds / unit->seconds, unit->name);
	printf("%6s", text);
}

static void print_time(int64_t wall_ns, const char *format, struct tm *(*convert)(const time_t *, struct tm *))
{
	time_t seconds = (time_t)(wall_ns / 1000000000);
	struct tm fields;
	char text[64] = "?";

	if (convert(&seconds, &fields))
		strftime(text, sizeof(text), format, &fields);
	fputs(text, stdout);
}

static void print_overhead(const struct snapshot_overhead *overhead)
{
	int64_t ppm = snapshot_overhead_ppm(overhead);
	char text[32] = "-";

	if (ppm >= 0)
		snprintf(text, sizeof(text), "%.2f%%", (double)ppm / 1e4);
	printf("  %8s", text);
}

static void print_row(const struct row *row)
{
	printf("%8d  ", row->pid);
	print_time(row->started_ns, "%F %T", localtime_r);
	printf("  ");
	print_age(row->age_ns);
	printf("  %10" PRIu64 "  %10" PRIu64 "  %8" PRIu64, row->events[PROFILE_BLOCK], row->events[PROFILE_MUTEX],
	       row->lost);
	print_overhead(&row->overhead);
	printf("  %-9s  %s%s%s\n", life_names[row->ending.life], row->program, row->ending.words[0] ? ": " : "",
	       row->ending.words);
}

static void print_head(void)
{
	printf("%8s  %-19s  %6s  %10s  %10s  %8s  %8s  %-9s  %s\n", "PID", "SINCE", "AGE", "WAITS", "RELEASES", "LOST",
	       "OVERHEAD", "STATE", "PROGRAM");
}

static void print_json_known(int64_t ns)
{
	if (ns)
		printf("%" PRId64, ns);
	else
		fputs("null", stdout);
}

static void print_json_row(const struct row *row)
{
	printf("{\"pid\": %d, \"program\": ", row->pid);
	tool_text_print_json(row->program, stdout);
	printf(", \"since\": \"");
	print_time(row->started_ns, "%FT%TZ", gmtime_r);
	printf("\", \"age_ns\": %" PRId64 ", \"state\": \"%s\", \"ended\": ", row->age_ns,
	       life_names[row->ending.life]);
	if (row->ending.words[0])
		tool_text_print_json(row->ending.words, stdout);
	else
		fputs("null", stdout);
	for (int profile = 0; profile < PROFILE_COUNT; profile++)
		printf(", \"%s\": %" PRIu64, snapshot_profile_name(profile), row->events[profile]);
	printf(", \"lost\": %" PRIu64 ", \"overhead_ns\": %" PRId64 ", \"cpu_ns\": ", row->lost, row->overhead.own_ns);
	print_json_known(row->overhead.cpu_ns);
	printf(", \"written\": %s, \"region\": ", row->ending.has_written ? "true" : "false");
	tool_text_print_json(row->path, stdout);
	putchar('}');
}

/* How much was recorded, and how much was not. What is too short to tell how long its ticks are holds next to nothing. */
static int count_events(const struct region_file *file, struct row *row)
{
	struct snapshot_moment now;
	struct snapshot *snapshot;
	int error;

	snapshot_clock_now(&now);
	row->age_ns = now.wall_ns - row->started_ns;
	if (row->ending.life == ENDING_ALIVE)
		now.cpu_ns = process_cpu_ns(row->pid);
	now.is_present = ending_is_in_use(file);
	error = snapshot_take_file(file, &now, &snapshot);
	if (error)
		return error == -ENODATA ? 0 : error;
	for (size_t i = 0; i < snapshot->sample_count; i++)
		row->events[snapshot->samples[i].profile] += (uint64_t)snapshot->samples[i].count;
	for (int loss = 0; loss < LOSS_COUNT; loss++)
		row->lost += snapshot->losses[loss];
	row->overhead = snapshot->overhead;
	snapshot_drop(snapshot);
	return 0;
}

static int make_row(const struct region_place *place, struct row *out_row)
{
	const struct region_header *header;
	struct region_file file;
	int error = region_file_read_at(place->directory, place->name, &file);

	if (error)
		return error;
	header = &file.region->header;
	*out_row = (struct row){.path = place->path, .pid = header->pid, .started_ns = header->started_wall_ns};
	tool_program_name(header, out_row->program, sizeof(out_row->program));
	ending_find(place, &file, &out_row->ending);
	error = count_events(&file, out_row);
	region_file_free(&file);
	return error;
}

static void refuse(const char *path, int error, void *argument)
{
	struct list *list = argument;

	list->status = tool_fail("%s: %s", path, tool_error_words(error));
}

static void list_region(const struct region_place *place, void *argument)
{
	static struct row row; /* large */
	struct list *list = argument;
	int error = make_row(place, &row);

	if (error == -ENOENT || (error == -EINPROGRESS && !ending_is_stillborn(place)))
		return; /* it has ended by itself meanwhile, or just begins */
	if (error) {
		refuse(place->path, error, list);
		return;
	}
	if (list->as_json)
		fputs(list->rows ? ",\n " : "", stdout);
	else if (list->rows == 0)
		print_head();
	if (list->as_json)
		print_json_row(&row);
	else
		print_row(&row);
	list->rows++;
}

static int help(void)
{
	puts("Usage: contend list [--json] [--all]\n\n"
	     "Lists the processes that are profiled, and those that ended without writing their profiles, with what ended\n"
	     "them as far as it can be known. `contend dump PID` writes the profiles of one, `contend dump --dead` those of\n"
	     "all that are dead.\n\n"
	     "WAITS and RELEASES are the events in the block and in the mutex profile so far, LOST what could not be\n"
	     "recorded. OVERHEAD is what recording and dumps cost, of the CPU time that the process has used; it is measured, and\n"
	     "not known of the dead. STATE is elsewhere for a process of another pid namespace.\n\n"
	     "  --json  an array of objects\n"
	     "  --all   of all users; for root");
	return TOOL_OK;
}

int tool_list(int argc, char **argv)
{
	enum { OPTION_JSON = 256, OPTION_ALL };
	static const struct option options[] = {{"json", no_argument, NULL, OPTION_JSON},
						{"all", no_argument, NULL, OPTION_ALL},
						{"help", no_argument, NULL, 'h'},
						{0}};
	struct list list = {.status = TOOL_OK};
	struct region_query query = {0};
	struct region_visitor visitor = {.found = list_region, .refused = refuse, .argument = &list};
	int option;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (option) {
		case OPTION_JSON:
			list.as_json = true;
			break;
		case OPTION_ALL:
			query.all_users = true;
			break;
		case 'h':
			return help();
		default:
			return tool_misuse_option("list");
		}
	}
	if (argc != optind)
		return tool_misuse("list", "'%s' is too much", argv[optind]);
	tool_read_config();
	query.region_dir = config.region_dir;
	fputs(list.as_json ? "[" : "", stdout);
	region_search(&query, &visitor);
	if (list.as_json)
		puts("]");
	else if (list.rows == 0 && list.status == TOOL_OK)
		printf("no profiled processes in %s: `contend run PROGRAM` starts one\n", config.region_dir);
	delta_base_tidy(config.region_dir);
	return list.status;
}
