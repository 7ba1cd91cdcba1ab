/* SPDX-License-Identifier: MIT */
/* A program without threads that opens a plug-in with threads, for itself alone. Before glibc 2.34 that brings libpthread. */
#include <dlfcn.h>
#include <stdio.h>

int main(void)
{
	void *plugin = dlopen("loaders_late_plugin.so", RTLD_NOW | RTLD_LOCAL);
	int (*run)(void) = plugin ? (int (*)(void))dlsym(plugin, "run_threads") : NULL;

	if (!run) {
		printf("plug-in: %s\n", dlerror());
		return 1;
	}
	printf("%d sections\n", run());
	dlclose(plugin);
	printf("the last error of dlsym: %s\n", dlerror() ? "some" : "none");
	return 0;
}
