/* SPDX-License-Identifier: MIT
 *
 * Goal: dlopen of a plug-in whose constructor waits for a thread that makes the process's first calls of each lock function,
 * contended ones too: functions looked up when first called would deadlock, for the loader's lock is held.
 */
#include <dlfcn.h>

#include "hazard.h"

int main(void)
{
	hazard_limit(20);
	need(dlopen("loader_constructor_plugin.so", RTLD_NOW), "plug-in: %s", dlerror());
	hazard_contend(2, 100);
	return 0;
}
