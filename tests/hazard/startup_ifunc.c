/* SPDX-License-Identifier: MIT
 *
 * Goal: a lock taken in an IFUNC resolver, which the loader calls before it has relocated a preloaded library, works; with
 * lazy and with immediate binding.
 */
#include "hazard.h"

extern int (*const startup_ifunc_pointer)(void);
int startup_ifunc_resolved(void);

int main(int argc, char **argv)
{
	(void)argv;
	hazard_limit(30);
	need(startup_ifunc_resolved() > 0, "the resolver ran");
	need(startup_ifunc_pointer() == 42, "the function works");
	hazard_contend(2, 50);
	if (argc > 1)
		return 0;
	setenv("LD_BIND_NOW", "1", 1);
	need(hazard_wait(hazard_spawn_self("again")) == 0, "with immediate binding");
	return 0;
}
