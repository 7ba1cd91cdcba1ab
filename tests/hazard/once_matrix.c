/* SPDX-License-Identifier: MIT
 * limit: 60
 * part of: matrix_test.sh
 *
 * Goal: a routine runs once, as without us, whoever comes first, second or meanwhile; where its runner is cancelled, whoever
 * waits runs it again.
 */
#include "matrix_other.h"

MATRIX_OLD_FUNCTION(__pthread_once);

static const struct matrix_function functions[] = {
#define ONCE MATRIX_FUNCTION
#include "matrix.def"
};
static const struct matrix_function c11_functions[] = {
#define CALL_ONCE MATRIX_FUNCTION
#include "matrix.def"
};
_Static_assert(sizeof(once_flag) == sizeof(pthread_once_t), "glibc's once_flag is a pthread_once_t");

static pthread_once_t control;
static pthread_t runner;
static _Atomic unsigned begun, ended;
static _Atomic bool may_end;

static void routine(void)
{
	begun++;
	while (!may_end)
		hazard_sleep_us(100); /* where it can be cancelled */
	ended++;
}

static void *run(void *argument)
{
	pthread_once(&control, routine);
	return argument;
}

/* How the main thread finds it. */

static void leave_first(void)
{
	may_end = true;
}

static void leave_done(void)
{
	may_end = true;
	pthread_once(&control, routine);
}

static void leave_running(void)
{
	runner = hazard_start(run, NULL);
	while (!begun)
		hazard_sleep_us(100);
}

/* What another thread does when the main thread waits. */

static int end_routine(void *argument)
{
	(void)argument;
	may_end = true;
	return pthread_join(runner, NULL);
}

static int cancel_runner(void *argument)
{
	void *value;

	(void)argument;
	pthread_cancel(runner);
	need(!pthread_join(runner, &value) && value == PTHREAD_CANCELED, "cancelled in the routine");
	may_end = true;
	return 0;
}

static void leave_cancelled(void)
{
	leave_running();
	cancel_runner(NULL);
}

struct state {
	const char *name;
	void (*leave)(void);
	int (*give)(void *); /* NULL: nobody does */
	enum matrix_conduct conduct;
};
static const struct state states[] = {
	{"first", leave_first, NULL, KEEPS},
	{"done", leave_done, NULL, KEEPS},
	{"running", leave_running, end_routine, GIVES},
	{"running-interrupted", leave_running, end_routine, INTERRUPTS},
	{"cancelled", leave_cancelled, NULL, KEEPS},
	{"running-cancelled", leave_running, cancel_runner, GIVES},
	{"running-interrupted-cancelled", leave_running, cancel_runner, INTERRUPTS},
};

static void run_cell(const struct state *state, const struct matrix_function *function, bool has_result)
{
	struct matrix_call call = matrix_call_first(function);
	struct matrix_invocation invocation = {.call = &call, .first = &control, .second = (void *)routine};
	struct matrix_other other = {state->conduct, .give = state->give};
	char after[64];

	matrix_cell_begin();
	control = PTHREAD_ONCE_INIT;
	begun = ended = 0;
	may_end = false;
	state->leave();
	if (state->give)
		matrix_other_start(&other);
	matrix_invoke(&invocation);
	snprintf(after, sizeof(after), "begun %u, ended %u", begun, ended);
	if (state->give)
		matrix_other_end(&other);
	matrix_cell_print(state->name, &invocation, has_result ? matrix_error_name(invocation.result) : "-", after);
}

int main(void)
{
	hazard_limit(60);
	matrix_catch_signal(false);
	for (size_t s = 0; s < MATRIX_COUNT(states); s++) {
		for (size_t f = 0; f < MATRIX_COUNT(functions); f++)
			run_cell(&states[s], &functions[f], true);
		for (size_t f = 0; f < MATRIX_COUNT(c11_functions); f++)
			run_cell(&states[s], &c11_functions[f], false);
	}
	return matrix_finish();
}
