/* SPDX-License-Identifier: MIT */
/* Goal: what a report has shown of a wait in progress stays: its end adds it to the same sample, and as much at least. */
#include "check.h"
#include "record_fixture.h"
#include "shown.h"

enum { MS = 1000000 }; /* in ticks, of a ns each */

static _Atomic uint64_t until;

static const struct thread *the_record(void)
{
	return thread_table_at(threads, 0);
}

/* A report at that instant. */
static void show_until(uint64_t ticks)
{
	at(ticks);
	atomic_store(&until, ticks);
}

static void start_showing(int64_t rate_ns)
{
	start_afresh(1, rate_ns);
	atomic_store(&until, 0);
	shown_init(&until);
}

/* What a report shows of the innermost wait, as README.md has it. */
static struct sample_weight shown_now(void)
{
	const struct thread_wait *wait = &the_record()->waits[the_record()->wait_depth - 1];
	uint64_t elapsed_ticks = clock_now_ticks() - wait->waiter.since_ticks;

	return elapsed_ticks >= wait->threshold_ticks ? shown_weight(elapsed_ticks, wait->rate_ticks)
						      : (struct sample_weight){0};
}

static void wait_ends_as(enum wait_outcome outcome, bool is_shown, bool is_recorded, const char *words)
{
	struct frame frame = {.caller = 100};
	struct record_wait wait = wait_for_file(&frame, FILE_TYPE_SOCKET);

	start_showing(1);
	at(MS);
	begin(&wait);
	show_until(is_shown ? 3 * MS : MS / 2);
	at(4 * MS);
	end(&wait, outcome);
	is_u64(recorded_of(PROFILE_BLOCK, 100, is_shown ? FILE_TYPE_NONE : FILE_TYPE_SOCKET).count, is_recorded, "%s",
	       words);
	is_u64(recorded_of(PROFILE_BLOCK, 100, is_shown ? FILE_TYPE_SOCKET : FILE_TYPE_NONE).count, 0,
	       "%s: in one sample", words);
	is_u64(the_record()->wait_depth, 0, "%s: it is over", words);
}

static void ends_are_where_waits_were_shown(void)
{
	wait_ends_as(WAIT_OVER, true, true, "a wait that was shown");
	wait_ends_as(WAIT_OVER, false, true, "one that was not");
	wait_ends_as(WAIT_REFUSED, true, true, "one that was shown, and refused");
	wait_ends_as(WAIT_REFUSED, false, false, "one that was not, and refused");
	wait_ends_as(WAIT_AT_ONCE, true, true, "one that was shown, and was none");
	wait_ends_as(WAIT_AT_ONCE, false, false, "one that was not, and was none");
}

/* An answer that takes less than 500 us is no wait, whenever a report is made. */
static void answers_are_not_kept_for_being_looked_at(void)
{
	struct frame frame = {.caller = 100};
	struct record_wait wait = wait_for_file(&frame, -1);

	start_showing(1);
	at(MS);
	begin(&wait);
	show_until(MS + 499999);
	end(&wait, WAIT_TRIED);
	is_u64(recorded(PROFILE_BLOCK, 100).count, 0, "a look at an answer makes it no wait");
}

/* At every rate, whatever the threshold: shown or not, the sum only grows, and what is shown is recorded. */
static void nothing_shrinks(void)
{
	const uint64_t rates[] = {1, 2 * MS, 5 * MS, 40 * MS};
	struct frame frame = {.caller = 100};
	unsigned shrunk = 0, shown_waits = 0;

	for (unsigned i = 0; i < 4000; i++) {
		struct record_wait wait = wait_at(&frame);
		struct sample_weight shown = {0}, last;

		if (i % 1000 == 0)
			start_showing((int64_t)rates[i / 1000]);
		last = recorded(PROFILE_BLOCK, 100);
		at(UINT64_C(100) * MS * (i + 1));
		begin(&wait);
		if (!wait.sample) { /* as late_stacks does */
			struct thread *self = thread_enter();

			record_wait_take_stack(self, &wait);
			thread_leave(self);
		}
		for (unsigned step = 1; step <= 10; step++) {
			struct sample_weight now;

			show_until(UINT64_C(100) * MS * (i + 1) + step * (i % 7 + 1) * MS);
			now = shown_now();
			shrunk += now.count < shown.count || now.delay_ticks < shown.delay_ticks;
			shown = now;
		}
		end(&wait, i % 3 ? WAIT_OVER : WAIT_REFUSED);
		shown_waits += shown.count != 0;
		shrunk += recorded(PROFILE_BLOCK, 100).delay_ticks < last.delay_ticks + shown.delay_ticks ||
			  recorded(PROFILE_BLOCK, 100).count < last.count + (shown.count != 0);
	}
	ok(shown_waits > 1000 && shown_waits < 4000, "%u of 4000 waits were shown", shown_waits);
	is_u64(shrunk, 0, "and nothing shrank");
}

/* The stack lies where the handler that left it by longjmp cannot have been. */
static void abandoned_waits_keep_what_was_shown(void)
{
	struct frame stack[8] = {{.caller = 1}, {.caller = 100}, {.caller = 2},
				 {.caller = 3}, {.caller = 4},   {.caller = 200}};
	struct record_wait abandoned = wait_for_file(&stack[1], -1), next = wait_at(&stack[5]);

	for (int is_shown = 0; is_shown < 2; is_shown++) {
		start_showing(1);
		thread_set_stack(
			(struct stack_limits){.low_address = (uint64_t)stack, .high_address = (uint64_t)(stack + 8)});
		at(10 * MS);
		begin(&abandoned);
		show_until(is_shown ? 13 * MS : 9 * MS);
		at(20 * MS);
		begin(&next);
		is_u64(recorded(PROFILE_BLOCK, 100).count, is_shown, "an abandoned wait counts if it was shown");
		is_u64(recorded(PROFILE_BLOCK, 100).delay_ticks, is_shown ? 3 * MS : 0, "as far as it was");
		is_u64(atomic_load(&losses.events[LOSS_ABANDONED]), 1, "and as a loss");
		end(&next, WAIT_OVER);
		thread_set_stack((struct stack_limits){0});
	}
}

/* What was written for another wait is not this one's stack. */
static void stacks_are_of_one_wait(void)
{
	struct frame frame = {.caller = 100};
	struct record_wait wait = wait_at(&frame);
	struct thread *record;

	start_showing(INT64_C(1000000000000));
	at(MS);
	begin(&wait);
	record = thread_table_at(threads, 0);
	is_u64(thread_wait_unit(&record->waits[0]), 0, "a wait whose stack is not known");
	atomic_store(&record->waits[0].stack, thread_wait_stack(record->waits[0].sequence, 77));
	is_u64(thread_wait_unit(&record->waits[0]), 77, "and then is");
	end(&wait, WAIT_OVER);
	begin(&wait);
	is_u64(thread_wait_unit(&record->waits[0]), 0, "the next one has none of it");
	end(&wait, WAIT_OVER);
}

int main(void)
{
	threads_startup();
	ends_are_where_waits_were_shown();
	answers_are_not_kept_for_being_looked_at();
	nothing_shrinks();
	abandoned_waits_keep_what_was_shown();
	stacks_are_of_one_wait();
	return done();
}
