/* SPDX-License-Identifier: MIT
 *
 * Goal: a thread made by the raw clone call that shares memory and the parent's thread pointer, which libc does not know, may
 * lock; nothing crashes, nothing hangs.
 */
#include <sched.h>
#include <sys/mman.h>

#include "hazard.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static _Atomic int locked, ended;

static int foreign_thread(void *argument)
{
	(void)argument;
	for (int i = 0; i < 1000; i++) {
		pthread_mutex_lock(&mutex);
		locked++;
		pthread_mutex_unlock(&mutex);
	}
	ended = 1;
	syscall(SYS_exit, 0); /* not exit_group, and none of libc's thread end */
	return 0;
}

int main(void)
{
	enum { STACK_BYTES = 65536 };
	char *stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	hazard_limit(20);
	need(stack != MAP_FAILED, "stack");
	hazard_contend(2, 100);
	need(clone(foreign_thread, stack + STACK_BYTES,
		   CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM, NULL) > 0,
	     "clone");
	/* The two share thread-local storage, so they must not both run: we wait in the kernel only. */
	while (!ended)
		hazard_sleep_us(100);
	need(locked == 1000, "it locked %d times", locked);
	hazard_contend(4, 100);
	return 0;
}
