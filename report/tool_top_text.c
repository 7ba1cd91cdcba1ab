/* SPDX-License-Identifier: MIT */
/* The words and numbers of `contend top` that belong to no view. */
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <time.h>

#include "thread_list_parts.h"
#include "tool_text.h"
#include "tool_top.h"

struct scale {
	double factor;
	const char *name;
};

/* Three digits that count, whatever the size. */
static void print_scaled(double number, const struct scale *scale, FILE *out)
{
	double scaled;

	while (scale->factor > 1 && fabs(number) < scale->factor)
		scale++;
	scaled = number / scale->factor;
	fprintf(out, "%.*f%s", fabs(scaled) < 9.995 ? 2 : fabs(scaled) < 99.95 ? 1 : 0, scaled, scale->name);
}

void top_print_ns(double ns, FILE *out)
{
	static const struct scale scales[] = {{3.6e15, "kh"}, {1e9, "s"}, {1e6, "ms"}, {1e3, "us"}, {1, "ns"}};

	if (fabs(ns) < 0.5)
		fputc('0', out);
	else
		print_scaled(ns, scales, out);
}

void top_print_count(double count, FILE *out)
{
	static const struct scale scales[] = {{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}};

	if (fabs(count) < 99999.5)
		fprintf(out, "%.*f", fabs(count) < 9.95 && fabs(count - rint(count)) > 0.05 ? 1 : 0, count);
	else
		print_scaled(count, scales, out);
}

static void print_line(const char *name, double delay_ns, double count, const char *per, FILE *out)
{
	fprintf(out, "  %-18s", name);
	top_print_ns(delay_ns, out);
	fprintf(out, "%s in ", per);
	top_print_count(count, out);
	fprintf(out, "%s, mean ", per);
	top_print_ns(count > 0 ? delay_ns / count : 0, out);
	fputc('\n', out);
}

void top_print_rates(const struct top_data *data, double delay_ns, double count, FILE *out)
{
	char name[32];

	snprintf(name, sizeof(name), data->before ? "last %.1fs" : "on average", data->seconds);
	print_line(name, delay_ns, count, "/s", out);
}

void top_print_totals(double delay_ns, double count, FILE *out)
{
	print_line("in all", delay_ns, count, "", out);
}

double top_share(double part, double whole)
{
	double percent = whole > 0 && part > 0 ? 100 * part / whole : 0;

	return percent < 100 ? percent : 100;
}

void top_print_title(const struct top *top, FILE *out)
{
	const struct top_data *data = &top->data;
	const struct snapshot *snapshot = data->now->look.snapshot;
	time_t seconds = (time_t)(snapshot->taken_wall_ns / 1000000000);
	struct tm fields;
	char time[16] = "";

	if (localtime_r(&seconds, &fields))
		strftime(time, sizeof(time), "%T", &fields);
	if (top->choice.is_paused)
		fputs(top->has_ended ? "[PAUSED, HAS ENDED]  " : "[PAUSED]  ", out);
	fprintf(out, "%s  %s  profiled %s  ", data->now->look.label, time,
		thread_list_time(snapshot->taken_wall_ns - snapshot->started_wall_ns).text);
	if (data->before)
		fprintf(out, "rates of %.1fs", data->seconds);
	else
		fputs("rates since then", out);
}

/* What all samples of a profile have got since the look before, per second: of idle waits or of others. */
static double rate_of(const struct top_data *data, enum profile which, bool idle)
{
	const struct stack_tree *tree = &data->trees[which];
	double sum_ns = 0;

	for (size_t i = 0; i < tree->sample_count; i++)
		if (stack_tree_is_idle(tree->samples[i].kind) == idle)
			sum_ns += (double)(tree->samples[i].values[0][STACK_WEIGHT_DELAY_NS] -
					   tree->samples[i].values[1][STACK_WEIGHT_DELAY_NS]);
	return sum_ns / data->seconds;
}

static void print_rate(const char *name, double ns_per_second, FILE *out)
{
	fprintf(out, "  %s ", name);
	top_print_ns(ns_per_second, out);
	fputs("/s", out);
}

void top_print_summary(const struct top *top, FILE *out)
{
	const struct top_data *data = &top->data;
	const struct thread_list *list = data->now->threads;
	size_t waiting = 0, stuck = 0;
	uint64_t lost = 0;

	for (size_t i = 0; i < list->count; i++) {
		waiting += list->threads[i].is_waiting;
		stuck += list->threads[i].deadlock || list->threads[i].behind;
	}
	for (int loss = 0; loss < LOSS_COUNT; loss++)
		lost += data->now->look.snapshot->losses[loss];
	fprintf(out, "%zu thread%s, %zu waiting", list->count, list->count == 1 ? "" : "s", waiting);
	if (stuck)
		fprintf(out, ", %zu IN DEADLOCK", stuck);
	print_rate("| caused", rate_of(data, PROFILE_MUTEX, false), out);
	print_rate("waited", rate_of(data, PROFILE_BLOCK, false), out);
	print_rate("idle", rate_of(data, PROFILE_BLOCK, true), out);
	fprintf(out, "  lost %" PRIu64, lost);
}

void top_print_help(FILE *out)
{
	fputs("Views\n", out);
	for (int i = 0; top_views[i]; i++)
		fprintf(out, "  %c              %s: %s\n", top_views[i]->key, top_views[i]->name,
			top_views[i]->sentence);
	fputs("  Tab            the next one\n"
	      "\n"
	      "Keys\n"
	      "  s  r           sort by the next column (marked in the head of the table); reverse\n"
	      "  i              show idle waits as well: event loops, accept, sleep, condition variables\n"
	      "  p  Space       pause, and go on; without a pause it ends when the process does\n"
	      "  Up Down j k    another row; PgUp, PgDn, Home, End\n"
	      "  Enter          all about the row; Esc or q goes back\n"
	      "  q  Ctrl-C      quit\n"
	      "\n"
	      "DELAY/s adds up all threads: 3s says that three waited all the time. DELAY and\n"
	      "COUNT are totals since the process is profiled.\n"
	      "Rates are of the time between the last two looks.\n",
	      out);
}
