/* SPDX-License-Identifier: MIT
 *
 * Goal: two plug-ins are loaded and unloaded in turn, at the same address, with frames of different size; contention inside both
 * is recorded with no crash from what was learned about the other's code.
 */
#include <dlfcn.h>

#include "hazard.h"

int main(void)
{
	static const char *const names[] = {"dlclose_reload_plugin_a.so", "dlclose_reload_plugin_b.so"};
	struct hazard_rival rival;
	void *address[2] = {NULL, NULL};
	int same = 0;

	hazard_limit(20);
	hazard_rival_start(&rival);
	for (int i = 0; i < 60; i++) {
		void *plugin = dlopen(names[i % 2], RTLD_NOW);
		int (*run)(struct hazard_rival *);
		Dl_info info;

		need(plugin, "plug-in: %s", dlerror());
		run = (int (*)(struct hazard_rival *))dlsym(plugin, "dlclose_reload_run");
		need(run && run(&rival) == 6, "it ran");
		need(dladdr((void *)run, &info), "where it is");
		address[i % 2] = info.dli_fbase;
		same += address[0] == address[1];
		need(!dlclose(plugin), "closed");
	}
	need(same > 10, "both were at the same address: %d times", same);
	hazard_rival_stop(&rival);
	return 0;
}
