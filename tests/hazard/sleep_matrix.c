/* SPDX-License-Identifier: MIT
 * limit: 60
 * part of: matrix_test.sh
 *
 * Goal: thrd_sleep answers as without us: for durations that are none, short or no durations, interrupted or not, told what
 * is left or not.
 */
#include "matrix_other.h"

static const struct matrix_function functions[] = {
#define SLEEP MATRIX_FUNCTION
#include "matrix.def"
};

struct state {
	const char *name;
	struct timespec duration;
	enum matrix_conduct conduct; /* KEEPS: nobody interrupts */
	bool restarts;
};
static const struct state states[] = {
	{"zero", {0, 0}, KEEPS, false},
	{"short", {0, 5000000}, KEEPS, false},
	{"negative", {-1, 0}, KEEPS, false},
	{"nsec", {0, 1000000000}, KEEPS, false},
	{"nsec-negative", {0, -1}, KEEPS, false},
	{"interrupted", {20, 0}, INTERRUPTS, false},
	{"interrupted-restarts", {20, 0}, INTERRUPTS, true},
};

enum told { NOT_TOLD, TOLD, TOLD_IN_PLACE, TOLDS };
static const char *const told_names[TOLDS] = {"not-told", "told", "told-in-place"};

static int give_nothing(void *object)
{
	(void)object;
	return 0;
}

static const char *left_name(const struct timespec *left, const struct timespec *duration)
{
	if (left->tv_sec == duration->tv_sec && left->tv_nsec == duration->tv_nsec)
		return "all left";
	if (left->tv_sec == MATRIX_ERRNO_CANARY)
		return "left untouched";
	return left->tv_sec >= 0 && left->tv_sec < duration->tv_sec ? "some left" : "nonsense left";
}

static int sleep_so(const struct matrix_function *function, const struct timespec *duration, struct timespec *left)
{
	return ((int (*)(const struct timespec *, struct timespec *))function->address)(duration, left);
}

/* Not by matrix_invoke: the second argument may be NULL here. */
static void run_cell(const struct state *state, enum told told, const struct matrix_function *function)
{
	struct matrix_call call = matrix_call_first(function);
	struct matrix_invocation invocation = {.call = &call};
	struct matrix_other other = {state->conduct, .give = give_nothing};
	struct timespec duration = state->duration, left = {MATRIX_ERRNO_CANARY, 0};
	char where[64], result[16];

	matrix_cell_begin();
	matrix_catch_signal(state->restarts);
	if (state->conduct == INTERRUPTS)
		matrix_other_start(&other);
	matrix_calling = true;
	errno = MATRIX_ERRNO_CANARY;
	invocation.result = sleep_so(function, &duration,
				     told == TOLD_IN_PLACE ? &duration
				     : told == TOLD        ? &left
							   : NULL);
	invocation.error = errno;
	matrix_returned = true;
	if (state->conduct == INTERRUPTS)
		matrix_other_end(&other);
	snprintf(where, sizeof(where), "%s/%s", state->name, told_names[told]);
	snprintf(result, sizeof(result), "%d", invocation.result);
	matrix_cell_print(where, &invocation, result,
			  told == NOT_TOLD ? "not told"
					   : left_name(told == TOLD ? &left : &duration, &state->duration));
}

int main(void)
{
	hazard_limit(60);
	for (size_t s = 0; s < MATRIX_COUNT(states); s++)
		for (int told = 0; told < TOLDS; told++)
			for (size_t f = 0; f < MATRIX_COUNT(functions); f++)
				run_cell(&states[s], told, &functions[f]);
	return matrix_finish();
}
