/* SPDX-License-Identifier: MIT */
/* ask: has a process that runs do something for us, by a wish in its region (sampling/wish.h).
 *
 * Called from   the tool; the library does not have it.
 * Disturbs      nobody: the helper thread is woken from its sleep; a process that has none looks when a wait of its own takes time. No
 *               signal is sent, and where a seccomp filter might punish it, nobody is woken.
 * Excludes      other askers of the same region, by a lock on its file; what they wished for and did not get is wished for again.
 */
#ifndef CONTEND_ASK_H
#define CONTEND_ASK_H

#include "region_file.h"
#include "wish.h"

/* Makes the wish (its number is not looked at) and waits until it was answered, but no longer than limit_ns. 0: *out_granted has what
 * was done of it. -ETIMEDOUT: the wish stands, and may yet be granted. -EBUSY: another asker took all that time. Else -errno: nothing
 * was asked. Of a process that is dead: -ETIMEDOUT. */
int ask(const struct region_file *file, const struct wish *wish, int64_t limit_ns, uint32_t *out_granted);

/* The same; `made` is called when the wish stands, before it is waited for. */
int ask_and(const struct region_file *file, const struct wish *wish, int64_t limit_ns, void (*made)(void *argument),
	    void *argument, uint32_t *out_granted);

#endif
