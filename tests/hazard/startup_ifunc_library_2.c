/* SPDX-License-Identifier: MIT
 * An indirect function whose resolver locks a mutex and asks the kernel: preloaded libraries are not relocated yet when it runs.
 */
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int resolved;

int startup_ifunc_target(void) __attribute__((ifunc("resolve")));
int startup_ifunc_resolved(void);

static int target(void)
{
	return 42;
}

__attribute__((used)) static int (*resolve(void))(void)
{
	if (!pthread_mutex_lock(&mutex) && !pthread_mutex_unlock(&mutex) && syscall(SYS_getppid) > 0)
		resolved++;
	return target;
}

int startup_ifunc_resolved(void)
{
	return resolved;
}
