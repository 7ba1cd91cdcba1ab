/* SPDX-License-Identifier: MIT
 * limit: 60
 * part of: matrix_test.sh
 *
 * Goal: every kind of semaphore, at every value, answers every call as it does without us: result, errno, and the value
 * after. A wait that a signal handler interrupts ends with EINTR, unless the handler says that it is restarted.
 */
#include "matrix_other.h"
#include <limits.h>
#include <semaphore.h>

enum kind { PRIVATE, SHARED, NAMED, KINDS };
static const char *const kind_names[KINDS] = {"private", "shared", "named"};

static const struct matrix_function functions[] = {
#define SEMAPHORE MATRIX_FUNCTION
#include "matrix.def"
};
static const struct matrix_function life_functions[] = {
#define SEMAPHORE_LIFE MATRIX_FUNCTION
#include "matrix.def"
};

struct state {
	const char *name;
	unsigned value;
	enum matrix_conduct conduct; /* KEEPS: there is no other party */
	bool restarts;
};
static const struct state states[] = {
	{"zero", 0, KEEPS, false},
	{"one", 1, KEEPS, false},
	{"three", 3, KEEPS, false},
	{"most", SEM_VALUE_MAX, KEEPS, false},
	{"zero-posted", 0, GIVES, false},
	{"zero-interrupted", 0, INTERRUPTS, false},
	{"zero-interrupted-restarted", 0, INTERRUPTS, true},
	{"other-waits", 0, PASSES, false},
};

static int wait_once(void *semaphore)
{
	return sem_wait(semaphore);
}

static int post(void *semaphore)
{
	return sem_post(semaphore);
}

static int give_nothing(void *semaphore)
{
	(void)semaphore;
	return 0;
}

static sem_t *make(enum kind kind, unsigned value, sem_t *memory)
{
	char name[32];
	sem_t *semaphore;

	if (kind != NAMED) {
		need(!sem_init(memory, kind == SHARED, value), "made");
		return memory;
	}
	snprintf(name, sizeof(name), "/semaphore_matrix.%d", getpid());
	semaphore = sem_open(name, O_CREAT | O_EXCL, 0600, value);
	need(semaphore != SEM_FAILED, "%s made", name);
	need(!sem_unlink(name), "%s removed", name);
	return semaphore;
}

static void destroy(enum kind kind, sem_t *semaphore)
{
	need(!(kind == NAMED ? sem_close : sem_destroy)(semaphore), "destroyed");
}

/* A post is always possible, but where the other party is to post. */
static bool is_possible(const struct state *state, const struct matrix_call *call)
{
	bool is_helped = state->conduct == GIVES || state->conduct == INTERRUPTS;
	bool waits = state->value == 0 && call->function->act == ACQUIRE && call->function->way != TRY;

	if (state->conduct == PASSES)
		return call->function->act == RELEASE;
	return matrix_call_ends(call, waits, is_helped);
}

static void run_cell(enum kind kind, const struct state *state, const struct matrix_call *call)
{
	sem_t memory, *semaphore = make(kind, state->value, &memory);
	struct matrix_invocation invocation = {.call = call, .first = semaphore, .clock = CLOCK_REALTIME};
	bool waits = state->conduct == PASSES;
	struct matrix_other other = {state->conduct, semaphore, .take = waits ? wait_once : NULL,
				     .give = waits ? give_nothing : post};
	char where[64], after[64];
	int value;

	matrix_cell_begin();
	matrix_catch_signal(state->restarts);
	if (state->conduct != KEEPS)
		matrix_other_start(&other);
	matrix_invoke(&invocation);
	if (state->conduct != KEEPS)
		matrix_other_end(&other);
	need(!sem_getvalue(semaphore, &value), "value");
	destroy(kind, semaphore);
	snprintf(where, sizeof(where), "%s/%s", kind_names[kind], state->name);
	snprintf(after, sizeof(after), "value %d", value);
	matrix_cell_print(where, &invocation, invocation.result == -1 ? "-1" : matrix_error_name(invocation.result),
			  after);
}

static void run_function(enum kind kind, const struct state *state, const struct matrix_function *function)
{
	struct matrix_call call = matrix_call_first(function);

	do {
		if (is_possible(state, &call))
			run_cell(kind, state, &call);
	} while (matrix_call_next(&call));
}

static int init_again(const struct matrix_function *function, sem_t *semaphore, enum kind kind, unsigned value)
{
	errno = MATRIX_ERRNO_CANARY;
	return ((int (*)(sem_t *, int, unsigned))function->address)(semaphore, kind == SHARED, value);
}

/* Begins and ends one: no waits, but calls like any other. */
static void run_life(enum kind kind, const struct matrix_function *function, unsigned value)
{
	struct matrix_call call = matrix_call_first(function);
	sem_t semaphore;
	struct matrix_invocation invocation = {.call = &call, .first = &semaphore};
	char where[64], after[64];
	int now;

	make(kind, function->act == RELEASE ? value : 1, &semaphore);
	if (function->act == RELEASE) {
		matrix_invoke(&invocation);
	} else {
		invocation.result = init_again(function, &semaphore, kind, value);
		invocation.error = errno;
	}
	need(!sem_getvalue(&semaphore, &now), "value");
	snprintf(where, sizeof(where), "%s/life-%u", kind_names[kind], value);
	snprintf(after, sizeof(after), "value %d", now);
	matrix_cell_print(where, &invocation, invocation.result == -1 ? "-1" : matrix_error_name(invocation.result),
			  after);
}

static void run_lives(enum kind kind)
{
	static const unsigned values[] = {0, 1, 3, SEM_VALUE_MAX, SEM_VALUE_MAX + 1u, UINT_MAX};

	for (size_t f = 0; f < MATRIX_COUNT(life_functions); f++)
		for (size_t v = 0; v < MATRIX_COUNT(values); v++)
			if (life_functions[f].act != RELEASE || values[v] <= SEM_VALUE_MAX)
				run_life(kind, &life_functions[f], values[v]);
}

int main(void)
{
	hazard_limit(60);
	run_lives(PRIVATE);
	run_lives(SHARED);
	for (int kind = 0; kind < KINDS; kind++)
		for (size_t s = 0; s < MATRIX_COUNT(states); s++)
			for (size_t f = 0; f < MATRIX_COUNT(functions); f++)
				run_function(kind, &states[s], &functions[f]);
	return matrix_finish();
}
