/* SPDX-License-Identifier: MIT
 *
 * Goal: locks and waits in a thread's last moments work, free and contended: in thread_local destructors, in key destructors
 * that arm themselves again (all four rounds of them), and in the same of the main thread when it leaves by pthread_exit.
 */
#include "hazard/each_call.h"

enum { ROUNDS = 4 /* PTHREAD_DESTRUCTOR_ITERATIONS */ };

static hazard_rival rival;
static pthread_key_t key;
static int key_rounds, objects;

struct Object {
	int used = 0;

	~Object()
	{
		hazard_rival_meet(&rival, 3);
		hazard_call_each();
		__atomic_add_fetch(&objects, 1, __ATOMIC_RELAXED);
	}
};
static thread_local Object object;

static void key_destructor(void *value)
{
	hazard_rival_meet(&rival, 3);
	hazard_call_each();
	__atomic_add_fetch(&key_rounds, 1, __ATOMIC_RELAXED);
	pthread_setspecific(key, value);
}

static void *thread_main(void *argument)
{
	object.used = 1;
	pthread_setspecific(key, &key);
	hazard_rival_meet(&rival, 3);
	return argument;
}

static void *outlive_main(void *argument)
{
	hazard_join(*static_cast<pthread_t *>(argument));
	need(objects == 8, "thread_local destructors ran (glibc runs none of main here): %d", objects);
	need(key_rounds == 9 * ROUNDS, "key destructors ran: %d", key_rounds);
	hazard_rival_stop(&rival);
	exit(0);
}

int main()
{
	static pthread_t main_thread = pthread_self();
	pthread_t threads[8];

	hazard_limit(20);
	hazard_rival_start(&rival);
	need(!pthread_key_create(&key, key_destructor), "key");
	for (auto &thread : threads)
		thread = hazard_start(thread_main, nullptr);
	for (auto thread : threads)
		hazard_join(thread);
	need(objects == 8, "thread_local destructors ran: %d", objects);
	need(key_rounds == 8 * ROUNDS, "key destructors ran: %d", key_rounds);
	thread_main(nullptr);
	hazard_start(outlive_main, &main_thread);
	pthread_exit(nullptr);
}
