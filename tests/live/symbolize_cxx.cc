/* SPDX-License-Identifier: MIT */
/* symbolize_cxx: ten waits in a member of a template that was inlined into a function of a namespace without a name, which was
 * inlined into a third. */
#include "known_waits.h"

#define INLINED inline __attribute__((always_inline))

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

namespace app
{
template <typename Lock> struct gate {
	INLINED int pass(Lock *lock)
	{
		int error = pthread_mutex_lock(lock); /* line: pass */

		pthread_mutex_unlock(lock);
		return error;
	}
};

namespace
{
INLINED int enter(void *object)
{
	return gate<pthread_mutex_t>().pass(static_cast<pthread_mutex_t *>(object)); /* line: enter */
}
} // namespace

OWN_FRAME int visit(void *object)
{
	int error = enter(object); /* line: visit */

	NO_TAIL_CALL();
	return error;
}
} // namespace app

OWN_FRAME static void hold(struct known_waits *waits)
{
	pthread_mutex_lock(&mutex);
	known_waits_held(waits);
	pthread_mutex_unlock(&mutex);
	NO_TAIL_CALL();
}

int main()
{
	known_waits waits = {};

	waits.object = &mutex;
	waits.wait = app::visit;
	waits.hold = hold;
	waits.rounds = 10;
	waits.hold_ms = 5;
	known_waits_run(&waits);
	return 0;
}
