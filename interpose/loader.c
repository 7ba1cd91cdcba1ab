/* SPDX-License-Identifier: MIT */
/* Overrides     dlclose.
 * Code may be gone after it, and other code may come to lie at the same addresses: what was learned about them is
 * forgotten. (dlopen is not overridden: its result depends on who calls it.)
 */
#include <dlfcn.h>

#include "frame_rule.h"
#include "modules.h"
#include "real.h"
#include "unloading.h"

int dlclose(void *handle)
{
	int error;

	unloading_begin();
	error = REAL(dlclose)(handle);
	unloading_end();
	modules_forget_unloaded();
	frame_rules_forget();
	return error;
}
