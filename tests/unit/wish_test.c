/* SPDX-License-Identifier: MIT */
/* Goal: what is wished for from outside is done, once, by the helper thread or where there is none by whoever waits or handles the
 * dump signal; nothing that was wished for is lost, and nobody is asked for ever.
 */
#include <errno.h>
#include <signal.h>

#include "ask.h"
#include "control.h"
#include "processor.h"
#include "real_region.h"

enum { LONG_S = 10, ASKERS = 4, ROUNDS = 50 };

#define SECOND_NS INT64_C(1000000000)

static struct region_file file;
static unsigned dumps;

static int count_dump(const char *pattern)
{
	dumps += !pattern;
	return 0;
}

static int ask_for(struct wish wish, int64_t limit_ns, uint32_t *out_granted)
{
	*out_granted = 0;
	return -ask(&file, &wish, limit_ns, out_granted);
}

static struct wish_words *words(void)
{
	return &region_mine()->header.wish;
}

static void nobody_looks(void)
{
	uint32_t granted;

	is_u64(ask_for((struct wish){.wanted = WISH_FRACTION, .fraction = 7}, SECOND_NS / 50, &granted), ETIMEDOUT,
	       "a process that does nothing does not answer");
	is_u64(record_set_fraction(-1), 1, "and nothing has changed");
	is_u64(ask_for((struct wish){.wanted = WISH_BLOCK_RATE, .block_rate_ns = 70}, SECOND_NS / 50, &granted),
	       ETIMEDOUT, "nor does it the next time");
	real_region_wait(WAIT_MUTEX, real_region_locks, -1);
	is_u64(record_set_fraction(-1), 7, "when it waits it gets the first wish");
	is_u64(record_set_block_rate_ns(-1), 70, "and the second");
	is_u64(words()->answered, words()->number, "both are answered");
	is_u64(words()->granted, WISH_FRACTION | WISH_BLOCK_RATE, "as granted");
	record_set_fraction(1);
	real_region_wait(WAIT_MUTEX, real_region_locks, -1);
	is_u64(record_set_fraction(-1), 1, "a wish is granted once");
}

static void an_asker_died(void)
{
	uint32_t granted;

	atomic_fetch_add(&words()->number, 1);
	atomic_store(&words()->wanted, WISH_FRACTION);
	atomic_store(&words()->fraction, 99);
	real_region_wait(WAIT_MUTEX, real_region_locks, -1);
	is_u64(record_set_fraction(-1), 1, "half a wish is none");
	is_u64(ask_for((struct wish){.wanted = WISH_BLOCK_RATE, .block_rate_ns = 80}, SECOND_NS / 50, &granted),
	       ETIMEDOUT, "another one is made after it");
	real_region_wait(WAIT_MUTEX, real_region_locks, -1);
	is_u64(record_set_block_rate_ns(-1), 80, "and granted");
	is_u64(record_set_fraction(-1), 1, "without the half one");
}

static void floating_point_is_kept(void)
{
	uint32_t granted, before, after;

	ask_for((struct wish){.wanted = WISH_BLOCK_RATE, .block_rate_ns = 12345}, SECOND_NS / 50, &granted);
	before = processor_float_flags() & ~PROCESSOR_FLOAT_RAISED;
	processor_set_float_flags(before);
	is_u64(wish_grant_here(), false, "a wish without a signal");
	after = processor_float_flags();
	is_u64(after, before, "granting it raises no floating point flag");
	is_u64(record_set_block_rate_ns(-1), 12345, "and it was granted");
}

static void by_signal(void)
{
	uint32_t granted;

	ok(control_init(count_dump, SIGUSR2) == 0, "there is a dump signal");
	ask_for((struct wish){.wanted = WISH_FRACTION | WISH_SIGNALLED, .fraction = 11}, SECOND_NS / 50, &granted);
	raise(SIGUSR2);
	is_u64(record_set_fraction(-1), 11, "the handler grants a wish");
	is_u64(dumps, 0, "and takes a signal that came with it for that");
	raise(SIGUSR2);
	is_u64(dumps, 1, "the next one asks for a dump");
	ask_for((struct wish){.wanted = WISH_FRACTION, .fraction = 12}, SECOND_NS / 50, &granted);
	raise(SIGUSR2);
	is_u64(record_set_fraction(-1), 12, "a wish without a signal is granted too");
	is_u64(dumps, 2, "with the dump that the signal asked for");
}

static void the_helper_grants(void)
{
	uint64_t began_ns = t_now_ns();
	uint32_t granted;

	control_start_helper(pthread_create);
	is_u64(ask_for((struct wish){.wanted = WISH_FRACTION | WISH_BLOCK_RATE, .fraction = 3, .block_rate_ns = 90},
		       LONG_S * SECOND_NS, &granted),
	       0, "the helper answers");
	is_u64(granted, WISH_FRACTION | WISH_BLOCK_RATE, "that it has granted all");
	is_u64(record_set_fraction(-1), 3, "the fraction");
	is_u64(record_set_block_rate_ns(-1), 90, "and the rate");
	is_u64(region_mine()->header.mutex_fraction, 3, "which others see");
	ok(t_now_ns() - began_ns < LONG_S * SECOND_NS, "before the time is over");
}

static _Atomic unsigned refused;

/* With a description of the file of its own, as another process has. */
static void ask_often(unsigned number, void *unused)
{
	struct region_file mine;

	(void)unused;
	if (region_file_read(region_path(), &mine) != 0) {
		atomic_fetch_add(&refused, 1);
		return;
	}
	for (int i = 0; i < ROUNDS; i++) {
		struct wish wish = {.wanted = WISH_FRACTION, .fraction = (int32_t)(100 + number)};
		uint32_t granted = 0;

		if (ask(&mine, &wish, LONG_S * SECOND_NS, &granted) != 0 || granted != WISH_FRACTION)
			atomic_fetch_add(&refused, 1);
	}
	region_file_free(&mine);
}

static void many_ask(void)
{
	uint32_t before = words()->number;

	t_run(ASKERS, ask_often, NULL);
	is_u64(atomic_load(&refused), 0, "askers do not get into each other's way");
	is_u64(words()->number - before, 2 * ASKERS * ROUNDS, "each wish had its number");
	is_u64(words()->answered, words()->number, "and its answer");
	ok(record_set_fraction(-1) >= 100 && record_set_fraction(-1) < 100 + ASKERS, "one of them was the last");
}

/* Who is silent must not be woken, and answers when it waits. */
static void the_sandboxed(void)
{
	uint32_t granted;

	region_set_sign(REGION_SIGN_SANDBOX);
	control_silence();
	is_u64(ask_for((struct wish){.wanted = WISH_FRACTION, .fraction = 5}, SECOND_NS / 50, &granted), ETIMEDOUT,
	       "the helper of a process in a sandbox sleeps on");
	real_region_wait(WAIT_MUTEX, real_region_locks, -1);
	is_u64(record_set_fraction(-1), 5, "its waits see to the wish");
}

/* A child without a region of its own has its parent's still mapped. */
static void who_has_no_region(void)
{
	bool had_helper = atomic_load(&words()->has_helper);

	wish_init(NULL);
	wish_set_helper(!had_helper);
	is_u64(atomic_load(&words()->has_helper), had_helper, "who has no region says nothing in somebody else's");
	ok(!wish_is_pending(), "and is asked for nothing");
	wish_init(words());
}

int main(void)
{
	char directory[] = "/dev/shm/contend-wish.XXXXXX";

	real_region_start(directory);
	if (region_file_read(region_path(), &file) != 0)
		real_region_bail_out("the region cannot be read");
	who_has_no_region();
	nobody_looks();
	an_asker_died();
	floating_point_is_kept();
	by_signal();
	the_helper_grants();
	many_ask();
	the_sandboxed();
	region_file_free(&file);
	real_region_remove(directory);
	return done();
}
