/* SPDX-License-Identifier: MIT */
/* matrix: what the programs X_matrix.c share. A cell is a call of a function of matrix.def on an object of some kind in some
 * state; each is run on a fresh object and printed as one line: its name, then result, errno and what is left of the object.
 *
 * The programs compare nothing: matrix_test.sh does, bare runs with preloaded ones. So what is printed must follow from the
 * cell alone. Cells that would wait for ever, or whose outcome depends on who comes first, are left out: matrix_call_ends.
 */
#ifndef CONTEND_TESTS_MATRIX_H
#define CONTEND_TESTS_MATRIX_H

#include "hazard.h"
#include <threads.h>

enum {
	MATRIX_NEAR_MS = 10,   /* a deadline that passes while we wait */
	MATRIX_FAR_MS = 20000, /* one that does not */
	MATRIX_ERRNO_CANARY = 4711,
};

enum matrix_act { ACQUIRE, READ, WRITE, RELEASE };
enum matrix_way { PLAIN, TRY, DEADLINE, CLOCK };
enum matrix_deadline { NONE, FAR, NEAR, PAST, BEFORE_1970, BAD_NSEC, NEGATIVE_NSEC, MATRIX_DEADLINES };
enum matrix_clock { REALTIME, MONOTONIC, CPUTIME, BAD_CLOCK, MATRIX_CLOCKS };

static const char *const matrix_deadline_names[MATRIX_DEADLINES] = {"none", "far",  "near",         "past",
								    "1969", "nsec", "nsec-negative"};
static const struct {
	const char *name;
	clockid_t clock;
} matrix_clocks[MATRIX_CLOCKS] = {
	{"realtime", CLOCK_REALTIME},
	{"monotonic", CLOCK_MONOTONIC},
	{"cputime", CLOCK_PROCESS_CPUTIME_ID},
	{"bad", 99},
};

struct matrix_function {
	const char *name;
	enum matrix_act act;
	enum matrix_way way;
	void (*address)(void);
};

/* An element of a family's table, from a row of matrix.def. */
#define MATRIX_FUNCTION(name, act, way) {#name, act, way, (void (*)(void))name},

/* Declares a function that libc keeps for old programs only, bound as theirs is. */
#define MATRIX_OLD_FUNCTION(name)                                                                                      \
	void name(void);                                                                                               \
	__asm__(".symver " #name "," #name "@" OLDEST_VERSION)

#define MATRIX_COUNT(array) (sizeof(array) / sizeof(*(array)))

/* One way to call a function: the coordinates of a cell that all families share. */
struct matrix_call {
	const struct matrix_function *function;
	enum matrix_deadline deadline;
	enum matrix_clock clock;
	bool elsewhere; /* by a thread that does nothing else */
};

static inline bool matrix_has_deadline(const struct matrix_function *function)
{
	return function->way == DEADLINE || function->way == CLOCK;
}

static inline struct matrix_call matrix_call_first(const struct matrix_function *function)
{
	return (struct matrix_call){function, matrix_has_deadline(function) ? FAR : NONE, REALTIME, false};
}

/* Goes on to the next way to call the same function: all deadlines, all clocks, and what releases also from elsewhere. */
static inline bool matrix_call_next(struct matrix_call *call)
{
	if (call->function->act == RELEASE && !call->elsewhere) {
		call->elsewhere = true;
		return true;
	}
	if (matrix_has_deadline(call->function) && ++call->deadline < MATRIX_DEADLINES)
		return true;
	call->deadline = FAR;
	return call->function->way == CLOCK && ++call->clock < MATRIX_CLOCKS;
}

/* Does the call end, and always in the same way? `waits`: it cannot have what it wants at once. `is_helped`: another thread
 * gives it, as soon as we sleep. */
static inline bool matrix_call_ends(const struct matrix_call *call, bool waits, bool is_helped)
{
	bool is_patient = call->function->way == PLAIN || (call->deadline == FAR && call->clock < CPUTIME);

	return is_helped ? waits && is_patient : !waits || !is_patient;
}

static inline struct timespec matrix_call_deadline(const struct matrix_call *call, clockid_t clock)
{
	static const int ms[MATRIX_DEADLINES] = {[FAR] = MATRIX_FAR_MS, [NEAR] = MATRIX_NEAR_MS, [PAST] = -50};
	struct timespec at = hazard_deadline(clock, ms[call->deadline]);

	if (call->deadline == BEFORE_1970)
		at.tv_sec = -1;
	if (call->deadline == BAD_NSEC)
		at.tv_nsec = 1000000000;
	if (call->deadline == NEGATIVE_NSEC)
		at.tv_nsec = -1;
	return at;
}

/* The call as it is made: its arguments before the clock (the second NULL where there is but one), and what came of it. */
struct matrix_invocation {
	const struct matrix_call *call;
	void *first, *second;
	clockid_t clock; /* that the object itself goes by */
	int result, error;
};

static _Atomic bool matrix_calling, matrix_returned; /* in the present cell */

static inline int matrix_invoke_one(const struct matrix_call *call, void *object, const struct timespec *at)
{
	void (*address)(void) = call->function->address;

	if (call->function->way == DEADLINE)
		return ((int (*)(void *, const struct timespec *))address)(object, at);
	if (call->function->way == CLOCK)
		return ((int (*)(void *, clockid_t, const struct timespec *))address)(
			object, matrix_clocks[call->clock].clock, at);
	return ((int (*)(void *))address)(object);
}

static inline int matrix_invoke_two(const struct matrix_call *call, void *first, void *second,
				    const struct timespec *at)
{
	void (*address)(void) = call->function->address;

	if (call->function->way == DEADLINE)
		return ((int (*)(void *, void *, const struct timespec *))address)(first, second, at);
	if (call->function->way == CLOCK)
		return ((int (*)(void *, void *, clockid_t, const struct timespec *))address)(
			first, second, matrix_clocks[call->clock].clock, at);
	return ((int (*)(void *, void *))address)(first, second);
}

static inline void *matrix_invoke_here(void *argument)
{
	struct matrix_invocation *invocation = (struct matrix_invocation *)argument;
	const struct matrix_call *call = invocation->call;
	bool is_given = call->function->way == CLOCK && call->clock != BAD_CLOCK;
	struct timespec at =
		matrix_call_deadline(call, is_given ? matrix_clocks[call->clock].clock : invocation->clock);

	matrix_calling = true;
	errno = MATRIX_ERRNO_CANARY;
	if (invocation->second)
		invocation->result = matrix_invoke_two(call, invocation->first, invocation->second, &at);
	else
		invocation->result = matrix_invoke_one(call, invocation->first, &at);
	invocation->error = errno;
	matrix_returned = true;
	return NULL;
}

static inline void matrix_invoke(struct matrix_invocation *invocation)
{
	if (invocation->call->elsewhere)
		hazard_join(hazard_start(matrix_invoke_here, invocation));
	else
		matrix_invoke_here(invocation);
}

static unsigned matrix_cells;

static inline void matrix_cell_begin(void)
{
	matrix_calling = false;
	matrix_returned = false;
}

static inline const char *matrix_error_name(int error)
{
	static char text[16];

	if (error == 0)
		return "0";
	if (strerrorname_np(error))
		return strerrorname_np(error);
	snprintf(text, sizeof(text), "%d", error);
	return text;
}

static inline const char *matrix_thrd_name(int result)
{
	return result == thrd_success    ? "success"
	       : result == thrd_busy     ? "busy"
	       : result == thrd_error    ? "error"
	       : result == thrd_nomem    ? "nomem"
	       : result == thrd_timedout ? "timedout"
					 : matrix_error_name(result);
}

/* Prints a cell: "WHERE/function-deadline-clock -> result, errno, AFTER". */
static inline void matrix_cell_print(const char *where, const struct matrix_invocation *invocation, const char *result,
				     const char *after)
{
	const struct matrix_call *call = invocation->call;

	printf("%s/%s", where, call->function->name);
	if (call->deadline != NONE)
		printf("-%s", matrix_deadline_names[call->deadline]);
	if (call->function->way == CLOCK)
		printf("-%s", matrix_clocks[call->clock].name);
	printf("%s -> %s, errno %s, %s\n", call->elsewhere ? "-elsewhere" : "", result,
	       invocation->error == MATRIX_ERRNO_CANARY ? "untouched" : matrix_error_name(invocation->error), after);
	matrix_cells++;
}

/* The last line. Returns main's status. */
static inline int matrix_finish(void)
{
	printf("%u cells\n", matrix_cells);
	return 0;
}

#endif
