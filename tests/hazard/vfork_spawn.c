/* SPDX-License-Identifier: MIT
 *
 * Goal: children that share their parent's memory until exec (vfork, posix_spawn) leave the parent's state whole, while other
 * threads contend; a vfork child may use a lock and may fail to exec; the parent goes on.
 */
#include "hazard.h"

extern char **environ;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static int vfork_and(const char *path)
{
	char *const arguments[] = {(char *)path, NULL};
	pid_t pid = vfork();

	if (!pid) {
		pthread_mutex_lock(&mutex);
		pthread_mutex_unlock(&mutex);
		execv(path, arguments);
		_exit(42);
	}
	need(pid > 0, "vfork");
	return hazard_wait(pid);
}

static int spawn(const char *path)
{
	char *const arguments[] = {(char *)path, NULL};
	pid_t pid;
	int error = posix_spawn(&pid, path, NULL, NULL, arguments, environ);

	return error ? 1000 + error : hazard_wait(pid);
}

static void *work(void *argument)
{
	struct hazard_rival *rival = argument;

	for (int i = 0; i < 15; i++) {
		need(vfork_and("/bin/true") == 0, "vfork and /bin/true");
		need(vfork_and("/bin/false") == 1, "vfork and /bin/false");
		need(vfork_and("/nonexistent") == 42, "vfork and an exec that fails");
		need(spawn("/bin/true") == 0, "posix_spawn of /bin/true");
		need(spawn("/nonexistent") == 1000 + ENOENT, "posix_spawn of what is not there");
		need(system("exit 3") == 3 << 8, "system");
		hazard_rival_meet(rival, 2);
	}
	return NULL;
}

int main(void)
{
	struct hazard_rival rival;
	pthread_t other;

	hazard_limit(20);
	need(vfork_and("/bin/true") == 0, "vfork with one thread");
	need(vfork_and("/nonexistent") == 42, "vfork with one thread and an exec that fails");
	hazard_rival_start(&rival);
	other = hazard_start(work, &rival);
	hazard_contend(4, 200);
	hazard_join(other);
	work(&rival);
	hazard_rival_stop(&rival);
	return 0;
}
