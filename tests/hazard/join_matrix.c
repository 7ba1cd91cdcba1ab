/* SPDX-License-Identifier: MIT
 * limit: 60
 * part of: matrix_test.sh
 *
 * Goal: joining a thread answers as it does without us, however the thread ends, whenever, and whether it may be joined at
 * all: result, errno, the value it returned, and whether it can still be joined.
 */
#include "matrix_other.h"

enum { VALUE = 4242, VALUE_CANARY = 1717 };

static const struct matrix_function functions[] = {
#define JOIN MATRIX_FUNCTION
#include "matrix.def"
};
static const struct matrix_function c11_functions[] = {
#define THRD_JOIN MATRIX_FUNCTION
#include "matrix.def"
};

enum kind { RETURNS, EXITS, IS_CANCELLED, C11_RETURNS, C11_EXITS, KINDS };
static const char *const kind_names[KINDS] = {"returns", "exits", "is-cancelled", "c11-returns", "c11-exits"};

enum state { ENDED, RUNNING, ENDS, ENDS_INTERRUPTED, SELF, DETACHED, JOINS_US, STATES };
static const char *const state_names[STATES] = {
	"ended", "running", "ends", "ends-interrupted", "self", "detached", "joins-us",
};

/* The thread to be joined: ends when it may. */
struct target {
	enum kind kind;
	pthread_t thread;
	pthread_t joins; /* 0, or whom it joins first */
	_Atomic pid_t tid;
	_Atomic bool may_end;
};

static void await_end(struct target *target)
{
	target->tid = gettid();
	if (target->joins)
		pthread_join(target->joins, NULL); /* until it is cancelled */
	while (!target->may_end)
		hazard_sleep_us(200);
}

static void *target_main(void *argument)
{
	struct target *target = argument;

	await_end(target);
	if (target->kind == IS_CANCELLED) {
		pthread_cancel(pthread_self());
		pthread_testcancel();
	}
	if (target->kind == EXITS)
		pthread_exit((void *)(intptr_t)VALUE);
	return (void *)(intptr_t)VALUE;
}

static int target_main_c11(void *argument)
{
	struct target *target = argument;

	await_end(target);
	if (target->kind == C11_EXITS)
		thrd_exit(VALUE);
	return VALUE;
}

static bool is_c11(enum kind kind)
{
	return kind == C11_RETURNS || kind == C11_EXITS;
}

static void target_start(struct target *target)
{
	if (is_c11(target->kind))
		need(thrd_create(&target->thread, target_main_c11, target) == thrd_success, "thread started");
	else
		target->thread = hazard_start(target_main, target);
	while (!target->tid)
		hazard_sleep_us(50);
}

static void await_gone(struct target *target)
{
	while (!syscall(SYS_tgkill, getpid(), target->tid, 0))
		hazard_sleep_us(50);
}

static int end_target(void *object)
{
	((struct target *)object)->may_end = true;
	return 0;
}

static void enter(enum state state, struct target *target, struct matrix_other *other)
{
	static const enum matrix_conduct conducts[STATES] = {[ENDS] = GIVES, [ENDS_INTERRUPTED] = INTERRUPTS};

	*other = (struct matrix_other){conducts[state], target, .give = end_target};
	target->may_end = state == ENDED;
	target->joins = state == JOINS_US ? pthread_self() : 0;
	target_start(target);
	if (state == ENDED)
		await_gone(target);
	if (state == DETACHED)
		pthread_detach(target->thread);
	if (state == JOINS_US)
		hazard_await_asleep(target->tid);
	if (conducts[state] != KEEPS)
		matrix_other_start(other);
}

/* Ends what the call left, and says whether the thread could still be joined. */
static const char *leave(enum state state, struct target *target, struct matrix_other *other, bool was_joined)
{
	target->may_end = true;
	if (other->conduct != KEEPS)
		matrix_other_end(other);
	if (state == JOINS_US)
		pthread_cancel(target->thread);
	if (was_joined)
		return "joined";
	if (state == DETACHED) {
		await_gone(target);
		return "detached";
	}
	return pthread_join(target->thread, NULL) ? "not joinable" : "joinable";
}

/* Not every glibc notices that the thread joins us. */
static bool waits(enum state state)
{
	return state == RUNNING || state == ENDS || state == ENDS_INTERRUPTED || state == JOINS_US;
}

/* With a time that is none, glibc asks the kernel again for as long as the thread runs. */
static bool is_busy_loop(enum state state, const struct matrix_call *call)
{
	return waits(state) && (call->deadline == BAD_NSEC || call->deadline == NEGATIVE_NSEC);
}

/* A C11 thread returns an int, in memory for more; where thrd_join fails, glibc writes what it finds. */
static const char *value_name(enum kind kind, void *value, int result)
{
	int number = (intptr_t)value;

	if (is_c11(kind) && result)
		return "undefined";
	if (value == PTHREAD_CANCELED)
		return "cancelled";
	if (!is_c11(kind) && number != (intptr_t)value)
		return "nonsense";
	return number == VALUE ? "value" : number == VALUE_CANARY ? "no value" : "nonsense";
}

static void run_cell(enum kind kind, enum state state, const struct matrix_call *call)
{
	struct target target = {.kind = kind};
	struct matrix_invocation invocation = {.call = call, .clock = CLOCK_REALTIME};
	struct matrix_other other;
	void *value = (void *)(intptr_t)VALUE_CANARY;
	char where[64], after[64];

	matrix_cell_begin();
	enter(state, &target, &other);
	invocation.first = (void *)(state == SELF ? pthread_self() : target.thread);
	invocation.second = &value;
	matrix_invoke(&invocation);
	snprintf(after, sizeof(after), "%s, %s", value_name(kind, value, invocation.result),
		 leave(state, &target, &other, !invocation.result));
	snprintf(where, sizeof(where), "%s/%s", kind_names[kind], state_names[state]);
	matrix_cell_print(where, &invocation,
			  is_c11(kind) ? matrix_thrd_name(invocation.result) : matrix_error_name(invocation.result),
			  after);
}

static void run_function(enum kind kind, enum state state, const struct matrix_function *function)
{
	struct matrix_call call = matrix_call_first(function);

	do {
		if (matrix_call_ends(&call, waits(state), state == ENDS || state == ENDS_INTERRUPTED) &&
		    !is_busy_loop(state, &call))
			run_cell(kind, state, &call);
	} while (matrix_call_next(&call));
}

int main(void)
{
	hazard_limit(60);
	matrix_catch_signal(false);
	for (int kind = 0; kind < KINDS; kind++)
		for (int state = 0; state < STATES; state++) {
			for (size_t f = 0; f < MATRIX_COUNT(functions) && !is_c11(kind); f++)
				run_function(kind, state, &functions[f]);
			for (size_t f = 0; f < MATRIX_COUNT(c11_functions) && is_c11(kind); f++)
				run_function(kind, state, &c11_functions[f]);
		}
	return matrix_finish();
}
