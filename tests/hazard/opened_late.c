/* SPDX-License-Identifier: MIT
 *
 * Goal: opening the library with dlopen instead of preloading it, in a process with threads, does no harm, nor does closing it;
 * beside the preloaded one too.
 */
#include <dlfcn.h>

#include "hazard.h"

int main(void)
{
	const char *path = getenv("LIBCONTEND");
	struct hazard_rival rival;

	hazard_limit(20);
	need(path && *path, "the runner says where the library is");
	if (access(path, R_OK))
		hazard_skip("the library is not built");
	dup2(open("/dev/null", O_WRONLY), 2); /* it may say that it should be preloaded */
	hazard_rival_start(&rival);
	for (int i = 0; i < 5; i++) {
		void *handle = dlopen(path, i % 2 ? RTLD_NOW | RTLD_GLOBAL : RTLD_LAZY | RTLD_LOCAL);
		int (*lock)(pthread_mutex_t *), (*unlock)(pthread_mutex_t *);

		hazard_rival_meet(&rival, 10);
		if (!handle)
			continue; /* a polite refusal */
		lock = (int (*)(pthread_mutex_t *))dlsym(handle, "pthread_mutex_lock");
		unlock = (int (*)(pthread_mutex_t *))dlsym(handle, "pthread_mutex_unlock");
		need(lock && unlock && !lock(&rival.mutex) && !unlock(&rival.mutex), "its functions work when called");
		dlclose(handle);
		hazard_rival_meet(&rival, 10);
	}
	hazard_rival_stop(&rival);
	return 0;
}
