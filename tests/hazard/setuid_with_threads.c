/* SPDX-License-Identifier: MIT
 *
 * Goal: setuid and its kin, which libc carries out by signalling every thread, return while threads contend and sleep; a thread
 * of a preloaded library that blocked libc's own signals too would hang them for ever.
 */
#include "hazard.h"

static void *change(void *argument)
{
	for (int i = 0; i < 50; i++) {
		need(!setuid(getuid()), "setuid");
		need(!setgid(getgid()), "setgid");
		need(!setresuid(-1, geteuid(), -1), "setresuid");
	}
	return argument;
}

int main(void)
{
	struct hazard_rival rival;

	hazard_limit(20);
	hazard_rival_start(&rival);
	hazard_rival_meet(&rival, 10);
	hazard_join(hazard_start(change, NULL));
	change(NULL);
	hazard_rival_meet(&rival, 10);
	hazard_rival_stop(&rival);
	return 0;
}
