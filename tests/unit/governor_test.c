/* SPDX-License-Identifier: MIT */
/* Goal: whatever a program does, what recording costs it stays below the bound as soon as that was measured, and is as fine as
 * that allows: it comes back when the load has gone, does not flap, and does nothing where there is no need or no bound. */
#include <string.h>

#include "check.h"
#include "fake_clock.h"
#include "governor.h"
#include "kernel.h"
#include "overhead.h"
#include "process.h"
#include "record_knobs.h"

enum { MS_NS = 1000000, SECOND_MS = 1000, CALLS_NOTED = OVERHEAD_PERIOD };

static struct governor governor;
static uint64_t cpu_ns;
static _Atomic uint32_t shown_fraction;
static _Atomic int64_t shown_rate_ns;

uint64_t process_cpu_ns(int pid)
{
	(void)pid;
	return cpu_ns;
}

/* What a program does: contentions a second; what one costs us when all is recorded, beyond what it always costs; CPUs it uses. */
struct load {
	const char *name;
	unsigned contentions;
	unsigned least_ns, account_ns, sample_ns;
	double cpus;
};

static const struct load idle = {"hardly anything", 200, 40, 150, 800, 0.3};
static const struct load busy = {"a hundred thousand contentions a second", 100000, 20, 150, 800, 1.5};
static const struct load busiest = {"ten times as many", 1000000, 4, 150, 800, 2};

/* A stack is sampled for one release in `fraction`, and for waits whose threshold is small. */
static double cost_ns(const struct load *load)
{
	double fraction = atomic_load(&record_knobs.fraction), rate_ns = (double)atomic_load(&record_knobs.rate_ticks);
	double followed = 1.0 / (double)(UINT64_C(1) << atomic_load(&record_knobs.lock_shift));
	double samples = followed / fraction / 2 + (rate_ns > 20000 ? 20000 / rate_ns : 1) / 2;

	return load->least_ns + load->account_ns * followed + load->sample_ns * samples;
}

/* Lets the program run; returns which part of its CPU time was ours, in millionths. */
static double run(const struct load *load, unsigned ms)
{
	double pending = 0, own_ns = 0;

	for (unsigned i = 0; i < ms; i++) {
		double cost = cost_ns(load);

		atomic_fetch_add(&fake_now_ticks, MS_NS);
		cpu_ns += (uint64_t)(load->cpus * MS_NS);
		for (pending += load->contentions / 1000.0; pending >= CALLS_NOTED; pending -= CALLS_NOTED)
			governor_note((uint64_t)(cost * CALLS_NOTED), clock_now_ticks());
		own_ns += cost * load->contentions / 1000.0;
	}
	return own_ns / (load->cpus * MS_NS * ms) * 1e6;
}

static void start_afresh(uint64_t limit_ppm)
{
	memset(&governor, 0, sizeof(governor));
	atomic_store(&fake_now_ticks, 1000000);
	cpu_ns = 5000000;
	record_init(&shown_fraction, &shown_rate_ns);
	record_set_block_rate_ns(1);
	record_set_fraction(1);
	governor_init(&governor, limit_ppm, clock_now_ticks());
}

static uint64_t changes(void)
{
	return atomic_load(&governor.changes);
}

static bool is_as_wanted(void)
{
	return atomic_load(&record_knobs.fraction) == 1 && atomic_load(&record_knobs.rate_ticks) == 1 &&
	       atomic_load(&record_knobs.lock_shift) == 0;
}

static void keeps(const struct load *load, uint64_t limit_ppm)
{
	double first, later;

	start_afresh(limit_ppm);
	first = run(load, SECOND_MS);
	later = run(load, 60 * SECOND_MS);
	ok(first > 0 && later <= (double)limit_ppm, "%s, bound %u ppm: %.0f after a second (%.0f in it)", load->name,
	   (unsigned)limit_ppm, later, first);
	ok((later * 60 + first) / 61 <= (double)limit_ppm, "and over all");
	ok(changes() > 0 && changes() < 40, "with %u changes in a minute", (unsigned)changes());
	ok(!is_as_wanted(), "at the price of coarser samples");
}

static void changes_are_kept(void)
{
	const struct governor_change *last;
	bool in_order = true;

	start_afresh(1000);
	run(&busy, SECOND_MS);
	last = &governor.last[(changes() - 1) % GOVERNOR_CHANGES];
	is_u64(last->fraction, atomic_load(&record_knobs.fraction), "the last change is what holds: the fraction");
	is_u64((uint64_t)last->rate_ns, atomic_load(&record_knobs.rate_ticks), "the rate");
	is_u64(last->lock_shift, atomic_load(&record_knobs.lock_shift), "the part of the locks");
	is_u64(shown_fraction, last->fraction, "the header shows it");
	ok(governor.last[0].overhead_ppm > 1000, "what it cost before is told");
	for (uint64_t i = 1; i < changes() && i < GOVERNOR_CHANGES; i++)
		in_order &= governor.last[i].since_ticks > governor.last[i - 1].since_ticks;
	ok(in_order, "and since when");
}

static void comes_back(void)
{
	uint64_t before;

	start_afresh(5000);
	run(&busiest, 2 * SECOND_MS);
	ok(!is_as_wanted(), "under load it is coarse");
	run(&idle, 60 * SECOND_MS);
	ok(is_as_wanted(), "when that is gone, it is as wanted again");
	before = changes();
	run(&idle, 60 * SECOND_MS);
	is_u64(changes(), before, "and stays so");
}

static void follows_the_user(void)
{
	start_afresh(1000);
	run(&busiest, SECOND_MS);
	is_u64((uint64_t)record_set_fraction(100), 1, "the user's fraction is what it was");
	is_u64((uint64_t)record_set_block_rate_ns(0), 1, "and so is the rate");
	run(&busiest, SECOND_MS);
	is_u64(atomic_load(&record_knobs.fraction), 100, "what is coarse enough is left alone");
	is_u64(atomic_load(&record_knobs.rate_ticks), 0, "and what is off stays off");
}

static void does_nothing_without_need(void)
{
	start_afresh(10000);
	run(&idle, 10 * SECOND_MS);
	is_u64(changes(), 0, "no change without need");
	ok(is_as_wanted(), "all is as wanted");
	start_afresh(0);
	ok(!governor_is_on, "no bound, no governor");
	start_afresh(1000);
	kernel_forbid();
	run(&busiest, SECOND_MS);
	is_u64(changes(), 0, "none in a sandbox, where the kernel is not asked");
}

/* For ever: the last test. */
static void stays_stopped(void)
{
	start_afresh(1000);
	record_stop();
	record_knobs_set_level(3);
	ok(!record_is_on(), "nothing comes on that was stopped");
}

int main(void)
{
	keeps(&busy, 10000);
	keeps(&busy, 3000);
	keeps(&busiest, 10000);
	changes_are_kept();
	comes_back();
	follows_the_user();
	does_nothing_without_need();
	stays_stopped();
	return done();
}
