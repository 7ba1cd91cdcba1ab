/* SPDX-License-Identifier: MIT
 * limit: 60
 * part of: matrix_test.sh
 *
 * Goal: sleeping, and waiting for signals, answers in every state as without us: result, errno, the time left, which
 * signal came, what is told of it, which handlers ran, and the mask after.
 */
#include "waiting_matrix.h"

enum { NEAR_NS = 5000000, FAR_S = 100 };
static _Atomic unsigned hangups;

static void handle_hangup(int signal)
{
	(void)signal;
	hangups++;
}

static void asleep(struct waiting_cell *cell, time_t seconds, long ns)
{
	waiting_set_timeout(&cell->at, seconds, ns);
	cell->at.clock = CLOCK_MONOTONIC;
}

static void none(struct waiting_cell *cell)
{
	asleep(cell, 0, 0);
}

static void near(struct waiting_cell *cell)
{
	asleep(cell, 0, NEAR_NS);
}

static void far(struct waiting_cell *cell)
{
	asleep(cell, FAR_S, 0);
}

static void far_not_told(struct waiting_cell *cell)
{
	far(cell);
	cell->at.left = NULL;
}

static void far_in_place(struct waiting_cell *cell)
{
	far(cell);
	cell->at.left = cell->at.timeout;
}

static void far_told_nowhere(struct waiting_cell *cell)
{
	far(cell);
	cell->at.left = (struct timespec *)waiting_unmapped;
}

static void negative(struct waiting_cell *cell)
{
	asleep(cell, -1, 0);
}

static void bad_ns(struct waiting_cell *cell)
{
	asleep(cell, 0, 1000000000);
}

static void unmapped(struct waiting_cell *cell)
{
	cell->at.timeout = (struct timespec *)waiting_unmapped;
}

static void until_past(struct waiting_cell *cell)
{
	near(cell);
	cell->at.flags = TIMER_ABSTIME;
}

static void until_near(struct waiting_cell *cell)
{
	near(cell);
	cell->at.flags = TIMER_ABSTIME;
	waiting_memory.timeout = hazard_deadline(CLOCK_MONOTONIC, MATRIX_NEAR_MS);
}

static void until_far(struct waiting_cell *cell)
{
	until_near(cell);
	waiting_memory.timeout.tv_sec += FAR_S;
}

static void by_realtime(struct waiting_cell *cell)
{
	near(cell);
	cell->at.clock = CLOCK_REALTIME;
}

static void by_own_cpu(struct waiting_cell *cell)
{
	near(cell);
	cell->at.clock = CLOCK_THREAD_CPUTIME_ID;
}

static void by_bad_clock(struct waiting_cell *cell)
{
	near(cell);
	cell->at.clock = 99;
}

static const struct waiting_state whole_sleeps[] = {
	{"none", none, KEEPS, false},
	{"far-interrupted", far, INTERRUPTS, false},
	{"far-interrupted-restarts", far, INTERRUPTS, true},
};

static const struct waiting_state sleeps[] = {
	{"none", none, KEEPS, false},
	{"near", near, KEEPS, false},
	{"negative", negative, KEEPS, false},
	{"bad-ns", bad_ns, KEEPS, false},
	{"unmapped", unmapped, KEEPS, false},
	{"far-interrupted", far, INTERRUPTS, false},
	{"far-interrupted-restarts", far, INTERRUPTS, true},
	{"far-not-told", far_not_told, INTERRUPTS, false},
	{"far-in-place", far_in_place, INTERRUPTS, false},
	{"far-told-nowhere", far_told_nowhere, INTERRUPTS, false},
};

static const struct waiting_state clock_sleeps[] = {
	{"until-past", until_past, KEEPS, false},
	{"until-near", until_near, KEEPS, false},
	{"until-far-interrupted", until_far, INTERRUPTS, false},
	{"by-realtime", by_realtime, KEEPS, false},
	{"by-own-cpu", by_own_cpu, KEEPS, false},
	{"by-bad-clock", by_bad_clock, KEEPS, false},
};

static const char *left_name(const struct timespec *left)
{
	if (left->tv_sec == MATRIX_ERRNO_CANARY)
		return "untouched";
	if (left->tv_sec == FAR_S && left->tv_nsec == 0)
		return "all";
	return left->tv_sec > FAR_S - 40 && left->tv_sec < FAR_S && left->tv_nsec >= 0 ? "some" : "none";
}

/* sleep rounds what is left, by how long it took: some, to us. */
static void tell_sleep(struct waiting_cell *cell, char *out_text, size_t limit)
{
	if (cell->result > FAR_S - 40)
		cell->result = FAR_S;
	snprintf(out_text, limit, "left %s, of what was asked for %s", left_name(&waiting_memory.left),
		 left_name(&waiting_memory.timeout));
}

/* SIGHUP, which has a handler, is in the set and blocked; so is SIGRTMIN. */
static void block(struct waiting_cell *cell)
{
	hangups = 0;
	sigemptyset(cell->at.mask);
	sigaddset(cell->at.mask, SIGHUP);
	sigaddset(cell->at.mask, SIGRTMIN);
	need(!pthread_sigmask(SIG_BLOCK, cell->at.mask, NULL), "blocked");
	waiting_set_timeout(&cell->at, FAR_S, 0);
}

static int send_hangup(void *cell)
{
	(void)cell;
	return kill(getpid(), SIGHUP);
}

static int send_value(void *cell)
{
	(void)cell;
	return sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = 1234});
}

static void pending(struct waiting_cell *cell)
{
	block(cell);
	send_hangup(cell);
}

static void pending_value(struct waiting_cell *cell)
{
	block(cell);
	send_value(cell);
}

static void pending_asked(struct waiting_cell *cell)
{
	pending(cell);
	waiting_set_timeout(&cell->at, 0, 0);
}

static void nothing_asked(struct waiting_cell *cell)
{
	block(cell);
	waiting_set_timeout(&cell->at, 0, 0);
	if (cell->call->make != waiting_sigtimedwait)
		send_hangup(cell);
}

static void nothing_near(struct waiting_cell *cell)
{
	nothing_asked(cell);
	waiting_set_timeout(&cell->at, 0, NEAR_NS);
}

static void comes_later(struct waiting_cell *cell)
{
	block(cell);
	cell->give = send_hangup;
}

static void value_comes_later(struct waiting_cell *cell)
{
	block(cell);
	cell->give = send_value;
}

static void no_info(struct waiting_cell *cell)
{
	pending(cell);
	cell->at.info = NULL;
}

static void info_unmapped(struct waiting_cell *cell)
{
	pending(cell);
	if (cell->call->make != waiting_sigwait) /* libc itself writes that */
		cell->at.info = (siginfo_t *)waiting_unmapped;
}

static void set_unmapped(struct waiting_cell *cell)
{
	pending(cell);
	cell->at.mask = (sigset_t *)waiting_unmapped;
}

static void bad_timeout(struct waiting_cell *cell)
{
	pending(cell);
	waiting_set_timeout(&cell->at, 0, -1);
}

static const struct waiting_state wait_states[] = {
	{"pending", pending, KEEPS, false},
	{"pending-value", pending_value, KEEPS, false},
	{"pending-asked", pending_asked, KEEPS, false},
	{"nothing-asked", nothing_asked, KEEPS, false},
	{"nothing-near", nothing_near, KEEPS, false},
	{"comes-later", comes_later, GIVES, false},
	{"value-comes-later", value_comes_later, GIVES, false},
	{"other-comes", comes_later, INTERRUPTS, false},
	{"other-comes-restarts", comes_later, INTERRUPTS, true},
	{"no-info", no_info, KEEPS, false},
	{"info-unmapped", info_unmapped, KEEPS, false},
	{"set-unmapped", set_unmapped, KEEPS, false},
	{"bad-timeout", bad_timeout, KEEPS, false},
};

/* The mask that lets SIGHUP in; pause has none, so that it is not blocked then. */
static void suspended(struct waiting_cell *cell)
{
	block(cell);
	if (cell->call->make == waiting_pause)
		need(!pthread_sigmask(SIG_UNBLOCK, cell->at.mask, NULL), "unblocked");
	sigemptyset(cell->at.mask);
	cell->give = send_hangup;
}

static void suspended_pending(struct waiting_cell *cell)
{
	suspended(cell);
	if (cell->call->make == waiting_pause)
		cell->conduct = GIVES;
	else
		send_hangup(cell);
}

static void mask_unmapped(struct waiting_cell *cell)
{
	suspended_pending(cell);
	cell->at.mask = (sigset_t *)waiting_unmapped;
}

static const struct waiting_state suspend_states[] = {
	{"suspended", suspended, GIVES, false},
	{"suspended-pending", suspended_pending, KEEPS, false},
	{"suspended-other-comes", suspended, INTERRUPTS, false},
	{"suspended-other-comes-restarts", suspended, INTERRUPTS, true},
	{"suspended-mask-unmapped", mask_unmapped, KEEPS, false},
};

/* Which signals are pending and blocked; clears them. */
static void tell_signal(struct waiting_cell *cell, char *out_text, size_t limit)
{
	sigset_t before, pending_now, both;
	struct timespec at_once = {0, 0};

	(void)cell;
	sigemptyset(&both);
	sigaddset(&both, SIGHUP);
	sigaddset(&both, SIGRTMIN);
	sigpending(&pending_now);
	pthread_sigmask(SIG_BLOCK, &both, &before);
	while (sigtimedwait(&both, NULL, &at_once) > 0)
		;
	pthread_sigmask(SIG_UNBLOCK, &both, NULL);
	snprintf(out_text, limit, "told %d, info %d %d value %d, pending %d %d, blocked %d %d, hangups %u",
		 waiting_memory.signal, waiting_memory.info.si_signo, waiting_memory.info.si_code,
		 waiting_memory.info.si_code == SI_QUEUE ? waiting_memory.info.si_value.sival_int : 0,
		 sigismember(&pending_now, SIGHUP), sigismember(&pending_now, SIGRTMIN), sigismember(&before, SIGHUP),
		 sigismember(&before, SIGRTMIN), hangups);
}

int main(void)
{
	waiting_init();
	signal(SIGHUP, handle_hangup);
	waiting_run(SLEEPS, whole_sleeps, MATRIX_COUNT(whole_sleeps), 0, tell_sleep);
	waiting_run(NANOSLEEPS, sleeps, MATRIX_COUNT(sleeps), 0, tell_sleep);
	waiting_run(CLOCK_NANOSLEEPS, sleeps, MATRIX_COUNT(sleeps), 0, tell_sleep);
	waiting_run(CLOCK_NANOSLEEPS, clock_sleeps, MATRIX_COUNT(clock_sleeps), 0, tell_sleep);
	waiting_run(SIGWAITS, wait_states, MATRIX_COUNT(wait_states), 0, tell_signal);
	waiting_run(SIGSUSPENDS, suspend_states, MATRIX_COUNT(suspend_states), 0, tell_signal);
	return matrix_finish();
}
