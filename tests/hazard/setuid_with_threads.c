/* SPDX-License-Identifier: MIT
 *
 * Goal: setuid and its kin, which libc carries out by signalling every thread, return while threads contend and sleep; a thread
 * of a preloaded library that blocked libc's own signals too would hang them for ever.
 */
#include <grp.h>

#include "hazard.h"

/* Only root may; whoever may not is told so by every call. */
static void change_groups(void)
{
	static gid_t groups[1024];
	int count = getgroups(1024, groups);

	need(count >= 0 && (!setgroups(count, groups) || errno == EPERM), "setgroups");
}

static void *change(void *argument)
{
	for (int i = 0; i < 50; i++) {
		need(!setuid(getuid()), "setuid");
		need(!setgid(getgid()), "setgid");
		need(!setegid(getegid()) && !seteuid(geteuid()), "setegid, seteuid");
		need(!setresuid(-1, geteuid(), -1) && !setresgid(-1, getegid(), -1), "setresuid, setresgid");
		change_groups();
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
