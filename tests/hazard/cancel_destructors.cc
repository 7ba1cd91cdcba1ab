/* SPDX-License-Identifier: MIT
 *
 * Goal: a C++ thread cancelled in a wait, deferred or asynchronously, runs the destructors of every frame; they can lock, free
 * and contended mutexes; a catch (...) on the way that throws on is passed.
 */
#include "hazard.h"

enum Way { COND_WAIT, COND_TIMEDWAIT, COND_CLOCKWAIT, JOIN, WAYS };

static hazard_rival rival;
static int destroyed, caught;

struct Guard {
	pthread_mutex_t *mutex;

	explicit Guard(pthread_mutex_t *m) : mutex(m)
	{
		pthread_mutex_lock(mutex);
	}
	~Guard()
	{
		hazard_rival_meet(&rival, 2);
		need(!pthread_mutex_unlock(mutex), "unlock in a destructor");
		destroyed++;
	}
};

struct Victim {
	Way way;
	int type;
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER, other = PTHREAD_MUTEX_INITIALIZER;
	pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
	pid_t tid = 0;
};

static void *sleeper(void *)
{
	for (;;)
		pause();
}

__attribute__((noinline)) static void wait_in(Victim *victim)
{
	timespec far = hazard_deadline(CLOCK_REALTIME, 100000), monotonic = hazard_deadline(CLOCK_MONOTONIC, 100000);
	Guard guard(&victim->mutex);

	__atomic_store_n(&victim->tid, gettid(), __ATOMIC_RELEASE);
	for (;;)
		switch (victim->way) {
		case COND_WAIT:
			pthread_cond_wait(&victim->cond, &victim->mutex);
			break;
		case COND_TIMEDWAIT:
			pthread_cond_timedwait(&victim->cond, &victim->mutex, &far);
			break;
		case COND_CLOCKWAIT:
			pthread_cond_clockwait(&victim->cond, &victim->mutex, CLOCK_MONOTONIC, &monotonic);
			break;
		default:
			pthread_join(hazard_start(sleeper, nullptr), nullptr);
		}
}

static void *victim_main(void *argument)
{
	auto *victim = static_cast<Victim *>(argument);
	int before;

	Guard outer(&victim->other);
	pthread_setcanceltype(victim->type, &before);
	try {
		wait_in(victim);
	} catch (...) {
		caught++;
		throw;
	}
	return nullptr;
}

static void run(Way way, int type)
{
	Victim victim;
	void *result;
	pthread_t thread;

	victim.way = way;
	victim.type = type;
	destroyed = caught = 0;
	thread = hazard_start(victim_main, &victim);
	while (!__atomic_load_n(&victim.tid, __ATOMIC_ACQUIRE))
		hazard_sleep_us(100);
	hazard_await_asleep(victim.tid);
	need(!pthread_cancel(thread) && !pthread_join(thread, &result), "cancelled and joined");
	need(result == PTHREAD_CANCELED, "way %d: ended by the cancellation", way);
	need(destroyed == 2 && caught == 1, "way %d, type %d: %d destructors ran, %d handlers", way, type, destroyed,
	     caught);
	need(!pthread_mutex_trylock(&victim.mutex) && !pthread_mutex_trylock(&victim.other), "mutexes free");
}

int main()
{
	hazard_limit(30);
	hazard_rival_start(&rival);
	for (int round = 0; round < 5; round++)
		for (int way = 0; way < WAYS; way++) {
			run(static_cast<Way>(way), PTHREAD_CANCEL_DEFERRED);
			run(static_cast<Way>(way), PTHREAD_CANCEL_ASYNCHRONOUS);
		}
	hazard_rival_stop(&rival);
	return 0;
}
