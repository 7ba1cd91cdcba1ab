/* SPDX-License-Identifier: MIT
 * limit: 60
 * part of: matrix_test.sh
 *
 * Goal: every kind of spin lock, in every state, answers every call as it does without us: result, errno, and who may have it
 * after.
 */
#include "matrix_other.h"

enum kind { PRIVATE, SHARED, KINDS };
static const char *const kind_names[KINDS] = {"private", "shared"};

static const struct matrix_function functions[] = {
#define SPIN MATRIX_FUNCTION
#include "matrix.def"
};

enum state { FREE, SELF, OTHER, OTHER_GIVES, OWNER_DIED, STATES };
static const char *const state_names[STATES] = {"free", "self", "other", "other-gives", "owner-died"};

static int lock(void *spin)
{
	return pthread_spin_lock(spin);
}

static int unlock(void *spin)
{
	return pthread_spin_unlock(spin);
}

/* Unlocking is defined for the owner alone, though the lock knows none: another thread's unlock of ours is let through. */
static bool is_possible(enum state state, const struct matrix_call *call)
{
	if (call->function->act == RELEASE)
		return state == SELF || state == OWNER_DIED;
	return matrix_call_ends(call, state != FREE && call->function->way != TRY, state == OTHER_GIVES);
}

static void *probe_main(void *spin)
{
	int error = pthread_spin_trylock(spin);

	if (!error)
		pthread_spin_unlock(spin);
	return error ? "taken" : "free";
}

static void run_cell(enum kind kind, enum state state, const struct matrix_call *call)
{
	static const enum matrix_conduct conducts[STATES] = {[OTHER_GIVES] = GIVES_SOON, [OWNER_DIED] = KEEPS_FOR_EVER};
	pthread_spinlock_t spin;
	struct matrix_invocation invocation = {.call = call, .first = (void *)&spin};
	struct matrix_other other = {conducts[state], (void *)&spin, .take = lock, .give = unlock};
	char where[64];
	void *after;

	matrix_cell_begin();
	pthread_spin_init(&spin, kind == SHARED ? PTHREAD_PROCESS_SHARED : PTHREAD_PROCESS_PRIVATE);
	if (state == SELF)
		pthread_spin_lock(&spin);
	if (state >= OTHER)
		matrix_other_start(&other);
	matrix_invoke(&invocation);
	need(!pthread_join(hazard_start(probe_main, (void *)&spin), &after), "asked");
	if (state >= OTHER)
		matrix_other_end(&other);
	snprintf(where, sizeof(where), "%s/%s", kind_names[kind], state_names[state]);
	matrix_cell_print(where, &invocation, matrix_error_name(invocation.result), after);
}

static void run_function(enum kind kind, enum state state, const struct matrix_function *function)
{
	struct matrix_call call = matrix_call_first(function);

	do {
		if (is_possible(state, &call))
			run_cell(kind, state, &call);
	} while (matrix_call_next(&call));
}

int main(void)
{
	hazard_limit(60);
	for (int kind = 0; kind < KINDS; kind++)
		for (int state = 0; state < STATES; state++)
			for (size_t f = 0; f < MATRIX_COUNT(functions); f++)
				run_function(kind, state, &functions[f]);
	return matrix_finish();
}
