/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "snapshot_names.h"
#include "thread_look.h"
#include "record.h"
#include "tool_metrics.h"

/* A wait in a signal handler that interrupted another one is a part of that. */
static void count_threads(const struct region_file *file, struct metrics_row *row)
{
	uint32_t count = thread_look_count(file);
	struct thread thread;

	for (uint32_t i = 0; i < count; i++) {
		if (!thread_look_at(file, i, &thread))
			continue;
		row->threads++;
		if (thread.wait_depth && thread.waits[0].kind < WAIT_KIND_COUNT)
			row->waiters[thread.waits[0].kind]++;
	}
}

static void add_samples(const struct snapshot *snapshot, struct metrics_row *row)
{
	for (size_t i = 0; i < snapshot->sample_count; i++) {
		const struct snapshot_sample *sample = &snapshot->samples[i];
		struct metrics_total *total = &row->totals[sample->profile][sample->kind];

		total->count += sample->count;
		total->delay_ns += sample->delay_ns;
	}
}

/* After snapshot_take, which has checked where the tables lie. */
static void read_sizes(const struct region_file *file, struct metrics_row *row)
{
	const struct sample_table *samples = &file->region->samples;
	struct stat status;

	if (fstat(file->descriptor, &status) == 0)
		row->memory_bytes = (uint64_t)status.st_blocks * 512;
	row->samples_bytes = atomic_load_explicit(&samples->arena_used_bytes, memory_order_relaxed);
	row->samples_limit_bytes = samples->arena_limit_bytes;
	count_threads(file, row);
}

void tool_metrics_read(const struct process *process, struct metrics_row *out_row)
{
	const struct snapshot *snapshot = process->look.snapshot;

	*out_row = (struct metrics_row){
		.pid = process->pid,
		.started_wall_ns = process->look.file.region->header.started_wall_ns,
		.profiles = snapshot->profiles,
		.mutex_fraction = snapshot->mutex_fraction,
		.block_rate_ns = snapshot->block_rate_ns,
		.handoff_ns = snapshot->handoff_ns,
		.overhead = snapshot->overhead,
		.stacks = snapshot->sample_count,
	};
	memcpy(out_row->program, process->program, sizeof(out_row->program));
	memcpy(out_row->losses, snapshot->losses, sizeof(out_row->losses));
	add_samples(snapshot, out_row);
	read_sizes(&process->look.file, out_row);
}

static void put_process(const struct metrics_row *row, FILE *out)
{
	fprintf(out, "{pid=\"%d\",program=\"", row->pid);
	for (const char *at = row->program; *at; at++) /* it has no control characters */
		fprintf(out, "%s%c", *at == '"' || *at == '\\' ? "\\" : "", *at);
	fputc('"', out);
}

static void put_head(const char *name, const char *type, const char *help, FILE *out)
{
	fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* Whole ns, so that no digit is lost. */
static void put_seconds(int64_t ns, FILE *out)
{
	fprintf(out, " %" PRId64 ".%09" PRId64 "\n", ns / 1000000000, ns % 1000000000);
}

/* Two kinds may have one name: they are told apart by us only. */
static bool is_named_before(int kind)
{
	for (int before = 0; before < kind; before++)
		if (strcmp(snapshot_kind_name(before), snapshot_kind_name(kind)) == 0)
			return true;
	return false;
}

/* What ends such waits. */
static bool is_kind_of_profile(int kind, enum profile which)
{
	static const unsigned ends[] = {
#define WAIT_KIND(identifier, name, end, is_idle) [identifier] = (end),
#include "wait_kinds.def"
#undef WAIT_KIND
	};

	if (which == PROFILE_HOLD)
		return wait_kind_is_held(kind);
	if (which == PROFILE_MUTEX || which == PROFILE_PAIRS)
		return ends[kind] & WAIT_END_RELEASE && kind != WAIT_FUTEX;
	return which == PROFILE_BLOCK || (ends[kind] & WAIT_END_WAKE && kind != WAIT_FUTEX_LOCK);
}

static struct metrics_total total_of(const struct metrics_row *row, enum profile which, int first)
{
	struct metrics_total sum = {0};

	for (int kind = first; kind < WAIT_KIND_COUNT; kind++) {
		if (!is_kind_of_profile(kind, which) ||
		    strcmp(snapshot_kind_name(kind), snapshot_kind_name(first)) != 0)
			continue;
		sum.count += row->totals[which][kind].count;
		sum.delay_ns += row->totals[which][kind].delay_ns;
	}
	return sum;
}

static bool has_kind(enum profile which, int first)
{
	if (is_named_before(first))
		return false;
	for (int kind = first; kind < WAIT_KIND_COUNT; kind++)
		if (is_kind_of_profile(kind, which) && strcmp(snapshot_kind_name(kind), snapshot_kind_name(first)) == 0)
			return true;
	return false;
}

static void put_total(const struct metrics_row *row, const char *name, bool is_delay, FILE *out)
{
	for (int which = 0; which < PROFILE_COUNT; which++) {
		for (int kind = 0; kind < WAIT_KIND_COUNT; kind++) {
			struct metrics_total total = total_of(row, which, kind);

			if (!(row->profiles >> which & 1) || !has_kind(which, kind))
				continue;
			fputs(name, out);
			put_process(row, out);
			fprintf(out, ",profile=\"%s\",kind=\"%s\"}", snapshot_profile_name(which),
				snapshot_kind_name(kind));
			if (is_delay)
				put_seconds(total.delay_ns, out);
			else
				fprintf(out, " %" PRId64 "\n", total.count);
		}
	}
}

static void put_totals(const struct metrics_row *rows, size_t count, FILE *out)
{
	put_head(
		"contend_contentions_total", "counter",
		"Waits (profile block), releases that made others wait (mutex), wakes (wake), acquisitions (hold), by kind of wait.",
		out);
	for (size_t i = 0; i < count; i++)
		put_total(&rows[i], "contend_contentions_total", false, out);
	put_head("contend_delay_seconds_total", "counter",
		 "Delay of these, or time that locks were held (hold), all threads added up.", out);
	for (size_t i = 0; i < count; i++)
		put_total(&rows[i], "contend_delay_seconds_total", true, out);
}

static void put_waiters(const struct metrics_row *rows, size_t count, FILE *out)
{
	put_head("contend_waiters", "gauge", "Threads that wait now, by kind of wait.", out);
	for (size_t i = 0; i < count; i++) {
		for (int first = 0; first < WAIT_KIND_COUNT; first++) {
			unsigned waiters = 0;

			if (is_named_before(first))
				continue;
			for (int kind = first; kind < WAIT_KIND_COUNT; kind++)
				if (strcmp(snapshot_kind_name(kind), snapshot_kind_name(first)) == 0)
					waiters += rows[i].waiters[kind];
			fputs("contend_waiters", out);
			put_process(&rows[i], out);
			fprintf(out, ",kind=\"%s\"} %u\n", snapshot_kind_name(first), waiters);
		}
	}
}

static void put_losses(const struct metrics_row *rows, size_t count, FILE *out)
{
	put_head("contend_lost_total", "counter", "What could not be recorded, or was cut, by reason.", out);
	for (size_t i = 0; i < count; i++) {
		for (int loss = 0; loss < LOSS_COUNT; loss++) {
			fputs("contend_lost_total", out);
			put_process(&rows[i], out);
			fprintf(out, ",reason=\"%s\"} %" PRIu64 "\n", losses_words(loss), rows[i].losses[loss]);
		}
	}
}

/* The metrics of one number for each process: name, type, sentence, value, unit (1: as it is; else in ns). */
#define METRICS(METRIC)                                                                                                \
	METRIC("contend_handoff_seconds_total", "counter",                                                             \
	       "Lock waiting after the last release, which no release is charged with.", row->handoff_ns, true)        \
	METRIC("contend_overhead_seconds_total", "counter",                                                            \
	       "CPU time that recording and dumps took in the process, as they measure it.", row->overhead.own_ns,     \
	       true)                                                                                                   \
	METRIC("contend_cpu_seconds_total", "counter",                                                                 \
	       "CPU time that the process used since it is profiled, that included; 0: not known.",                    \
	       row->overhead.cpu_ns, true)                                                                             \
	METRIC("contend_start_time_seconds", "gauge", "When the process began to be profiled, since 1970.",            \
	       row->started_wall_ns, true)                                                                             \
	METRIC("contend_mutex_fraction", "gauge", "One release in so many is recorded; 0: none.",                      \
	       (int64_t)row->mutex_fraction, false)                                                                    \
	METRIC("contend_block_rate_seconds", "gauge", "Waits from this length on are all recorded; 0: none.",          \
	       row->block_rate_ns, true)                                                                               \
	METRIC("contend_threads", "gauge", "Threads that have waited and live.", (int64_t)row->threads, false)         \
	METRIC("contend_stacks", "gauge", "Different stacks that are recorded.", (int64_t)row->stacks, false)          \
	METRIC("contend_memory_bytes", "gauge", "Memory that profiling takes in the process.",                         \
	       (int64_t)row->memory_bytes, false)                                                                      \
	METRIC("contend_samples_bytes", "gauge", "Of it, room for stacks that is used.", (int64_t)row->samples_bytes,  \
	       false)                                                                                                  \
	METRIC("contend_samples_limit_bytes", "gauge", "Room for stacks that there is.",                               \
	       (int64_t)row->samples_limit_bytes, false)

static void put_numbers(const struct metrics_row *rows, size_t count, FILE *out)
{
#define METRIC(name, type, help, value, is_ns)                                                                         \
	put_head(name, type, help, out);                                                                               \
	for (const struct metrics_row *row = rows; row < rows + count; row++) {                                        \
		fputs(name, out);                                                                                      \
		put_process(row, out);                                                                                 \
		fputc('}', out);                                                                                       \
		if (is_ns)                                                                                             \
			put_seconds(value, out);                                                                       \
		else                                                                                                   \
			fprintf(out, " %" PRId64 "\n", value);                                                         \
	}
	METRICS(METRIC)
#undef METRIC
}

void tool_metrics_write(const struct metrics_row *rows, size_t count, FILE *out)
{
	put_totals(rows, count, out);
	put_waiters(rows, count, out);
	put_losses(rows, count, out);
	put_numbers(rows, count, out);
}
