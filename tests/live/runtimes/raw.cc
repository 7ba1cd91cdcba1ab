// SPDX-License-Identifier: MIT
// Locks and conditions made of futexes as textbooks make them, with every operation; and libstdc++'s own, of static locals.
#include <climits>

#include "raw_mutex.h"
#include "stage.h"

static raw_mutex mutex;
static unsigned sequence; // of the condition
static bool is_true;

SCENE hold_mutex()
{
	raw_mutex_lock(&mutex);
	stage_have();
	raw_mutex_unlock(&mutex);
	NO_TAIL_CALL();
}

SCENE want_mutex()
{
	stage_want();
	raw_mutex_lock(&mutex);
	stage_got();
	raw_mutex_unlock(&mutex);
	NO_TAIL_CALL();
}

static unsigned pi_word;

static void pi_lock()
{
	unsigned found = 0, self = (unsigned)gettid();

	if (!__atomic_compare_exchange_n(&pi_word, &found, self, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		syscall(SYS_futex, &pi_word, FUTEX_LOCK_PI_PRIVATE, 0, nullptr, nullptr, 0);
}

static void pi_unlock()
{
	unsigned self = (unsigned)gettid();

	if (!__atomic_compare_exchange_n(&pi_word, &self, 0, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		syscall(SYS_futex, &pi_word, FUTEX_UNLOCK_PI_PRIVATE, 0, nullptr, nullptr, 0);
}

SCENE hold_inheriting()
{
	pi_lock();
	stage_have();
	pi_unlock();
	NO_TAIL_CALL();
}

SCENE want_inheriting()
{
	stage_want();
	pi_lock();
	stage_got();
	pi_unlock();
	NO_TAIL_CALL();
}

static void make_true()
{
	raw_mutex_lock(&mutex);
	is_true = true;
	__atomic_fetch_add(&sequence, 1, __ATOMIC_RELAXED);
	raw_mutex_unlock(&mutex);
}

SCENE signal_one()
{
	stage_have();
	make_true();
	syscall(SYS_futex, &sequence, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
	NO_TAIL_CALL();
}

SCENE signal_all()
{
	stage_have();
	make_true();
	syscall(SYS_futex, &sequence, FUTEX_WAKE_BITSET_PRIVATE, INT_MAX, nullptr, nullptr, FUTEX_BITSET_MATCH_ANY);
	NO_TAIL_CALL();
}

SCENE signal_by_requeue()
{
	stage_have();
	make_true();
	syscall(SYS_futex, &sequence, FUTEX_REQUEUE_PRIVATE, 1, INT_MAX, &mutex.word, 0);
	NO_TAIL_CALL();
}

static void wait_until_true()
{
	raw_mutex_lock(&mutex);
	stage_want();
	while (!is_true) {
		unsigned seen = __atomic_load_n(&sequence, __ATOMIC_RELAXED);

		raw_mutex_unlock(&mutex);
		syscall(SYS_futex, &sequence, FUTEX_WAIT_PRIVATE, seen, nullptr, nullptr, 0);
		raw_mutex_lock(&mutex);
	}
	stage_got();
	is_true = false;
	raw_mutex_unlock(&mutex);
}

SCENE wait_for_one()
{
	wait_until_true();
	NO_TAIL_CALL();
}

SCENE wait_for_all()
{
	wait_until_true();
	NO_TAIL_CALL();
}

SCENE wait_for_requeue()
{
	wait_until_true();
	NO_TAIL_CALL();
}

// A static local whose initialisation takes its time; a new one for each round.
template <int round> static int slow_local(bool is_first)
{
	static int local = (is_first ? stage_have() : (void)0, round);

	return local;
}

static int round_of_locals;

static int get_local(bool is_first)
{
	static int (*const locals[STAGE_ROUNDS])(bool) = {slow_local<0>, slow_local<1>, slow_local<2>, slow_local<3>,
							  slow_local<4>, slow_local<5>, slow_local<6>, slow_local<7>,
							  slow_local<8>, slow_local<9>};

	return locals[round_of_locals](is_first);
}

SCENE initialise_local()
{
	get_local(true);
	NO_TAIL_CALL();
}

SCENE await_local()
{
	stage_want();
	get_local(false);
	stage_got();
	round_of_locals++;
	NO_TAIL_CALL();
}

int main()
{
	sequence = 5; // so that its first value tells nothing
	PLAY(lock, futex, hold_mutex, want_mutex);
	PLAY(lock, futex, hold_inheriting, want_inheriting);
	PLAY(other, futex, signal_one, wait_for_one);
	PLAY(other, futex, signal_all, wait_for_all);
	PLAY(other, futex, signal_by_requeue, wait_for_requeue);
	PLAY(other, futex, initialise_local, await_local);
}
