/* SPDX-License-Identifier: MIT
 *
 * Goal: a library that asks for no version of the condition variables' functions gets the first of all of them, initialised and
 * destroyed by libc's: if any of them were another library's newer one, two layouts of one object would be mixed.
 */
#include "hazard/unversioned_conditions.h"
#include "hazard.h"

enum { ROUNDS = 500 };

static pthread_t thread;

static void start(void *(*body)(void *), void *argument)
{
	thread = hazard_start(body, argument);
}

static void join(void)
{
	hazard_join(thread);
}

int main(void)
{
	struct unversioned object = {.start = start, .join = join};

	hazard_limit(20);
	for (int i = 0; i < ROUNDS; i++) {
		memset(&object.cond, 0xa5, sizeof(object.cond));
		need(unversioned_wait(&object) == ETIMEDOUT, "the deadline was long past");
	}
	return 0;
}
