/* SPDX-License-Identifier: MIT
 * leaves: a process that has shut itself up cannot remove its file
 *
 * Goal: a server that, once started, shuts itself into an empty directory and gives up its privileges goes on contending, gets a
 * dump signal and ends as without us.
 */
#include <grp.h>
#include <sched.h>

#include "hazard.h"

int main(void)
{
	struct hazard_rival rival;
	char empty[] = "/tmp/contend-hazard-XXXXXX";
	bool is_root = geteuid() == 0;

	hazard_limit(20);
	if (!is_root && unshare(CLONE_NEWUSER))
		hazard_skip("neither root nor user namespaces");
	dup2(open("/dev/null", O_WRONLY), 2); /* a message that a profile could not be written is allowed */
	need(mkdtemp(empty) && !chdir(empty), "empty directory");
	hazard_rival_start(&rival);
	hazard_rival_meet(&rival, 20);
	rmdir(empty);
	if (chroot("."))
		hazard_skip("no privilege to change the root");
	if (is_root)
		need(!setgroups(0, NULL) && !setgid(65534) && !setuid(65534), "privileges dropped");
	hazard_rival_meet(&rival, 20);
	if (hazard_is_preloaded()) {
		kill(getpid(), SIGUSR2);
		hazard_sleep_us(30000);
	}
	hazard_rival_meet(&rival, 20);
	hazard_rival_stop(&rival);
	return 0;
}
