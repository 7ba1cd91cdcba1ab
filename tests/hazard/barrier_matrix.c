/* SPDX-License-Identifier: MIT
 * limit: 60
 * part of: matrix_test.sh
 *
 * Goal: a barrier lets its threads through together, as without us, round for round, and tells exactly one that it is the
 * serial one; a signal interrupts no wait.
 */
#include "matrix_other.h"

enum { ROUNDS = 3, MOST = 5 };

static const struct matrix_function functions[] = {
#define BARRIER MATRIX_FUNCTION
#include "matrix.def"
};

struct party {
	pthread_barrier_t *barrier;
	_Atomic unsigned arrived[ROUNDS], early, serial;
	unsigned count;
};

/* Nobody is through before all have arrived. */
static int pass(void *object)
{
	struct party *party = object;

	for (int round = 0; round < ROUNDS; round++) {
		int result;

		party->arrived[round]++;
		result = pthread_barrier_wait(party->barrier);
		party->early += party->arrived[round] < party->count;
		party->serial += result == PTHREAD_BARRIER_SERIAL_THREAD;
	}
	return 0;
}

/* The main thread's passes, each told in an invocation. */
static void pass_told(struct party *party, const struct matrix_call *call, struct matrix_invocation *out_rounds)
{
	for (int round = 0; round < ROUNDS; round++) {
		out_rounds[round] = (struct matrix_invocation){.call = call, .first = party->barrier};
		party->arrived[round]++;
		matrix_cell_begin();
		matrix_invoke(&out_rounds[round]);
		party->early += party->arrived[round] < party->count;
		party->serial += out_rounds[round].result == PTHREAD_BARRIER_SERIAL_THREAD;
	}
}

/* Which of the threads is the serial one is nobody's promise, unless it is alone. */
static const char *result_name(int result, unsigned count)
{
	bool is_serial = result == PTHREAD_BARRIER_SERIAL_THREAD;

	return count > 1 && (is_serial || !result) ? "through" : is_serial ? "serial" : matrix_error_name(result);
}

static void print(const struct party *party, const char *how, const struct matrix_invocation *rounds)
{
	char where[96], after[64];

	snprintf(after, sizeof(after), "serial %u, early %u", party->serial, party->early);
	for (int round = 0; round < ROUNDS; round++) {
		snprintf(where, sizeof(where), "%s/round-%d", how, round);
		matrix_cell_print(where, &rounds[round], result_name(rounds[round].result, party->count), after);
	}
}

static void run_barrier(int shared, unsigned count, enum matrix_conduct conduct, const struct matrix_call *call)
{
	pthread_barrierattr_t attributes;
	pthread_barrier_t barrier;
	struct party party = {.barrier = &barrier, .count = count};
	struct matrix_invocation rounds[ROUNDS];
	struct matrix_other others[MOST - 1];
	char how[64];

	matrix_cell_begin();
	pthread_barrierattr_init(&attributes);
	pthread_barrierattr_setpshared(&attributes, shared);
	need(!pthread_barrier_init(&barrier, &attributes, count), "made");
	for (unsigned i = 0; i < count - 1; i++) {
		others[i] = (struct matrix_other){i ? GIVES : conduct, &party, .give = pass};
		matrix_other_start(&others[i]);
	}
	pass_told(&party, call, rounds);
	for (unsigned i = 0; i < count - 1; i++)
		matrix_other_end(&others[i]);
	need(!pthread_barrier_destroy(&barrier), "destroyed");
	snprintf(how, sizeof(how), "%s-%u/%s", shared ? "shared" : "private", count,
		 conduct == GIVES ? "waits" : "interrupted");
	print(&party, how, rounds);
}

int main(void)
{
	struct matrix_call call = matrix_call_first(&functions[0]);

	hazard_limit(60);
	matrix_catch_signal(false);
	for (int shared = 0; shared < 2; shared++)
		for (unsigned count = 1; count <= MOST; count++) {
			run_barrier(shared, count, GIVES, &call);
			if (count > 1)
				run_barrier(shared, count, INTERRUPTS, &call);
		}
	return matrix_finish();
}
