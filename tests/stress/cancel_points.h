/* SPDX-License-Identifier: MIT */
/* cancel_points: every wait that is a cancellation point, as a function that waits for ever. Where libc's locks are waited for,
 * those of hazard/wait_points.def.
 *
 * Called from   any thread, any number at a time, each with its own struct cancel_waited, between _open and _close. A signal
 *               handler may end them.
 */
#ifndef CONTEND_TESTS_STRESS_CANCEL_POINTS_H
#define CONTEND_TESTS_STRESS_CANCEL_POINTS_H

#include "hazard/wait_points.h"
#include "ledger.h"

/* What one thread at a time waits for. */
struct cancel_waited {
	struct hazard_waited locks;
	int empty[2]; /* a pipe */
};

struct cancel_point {
	const char *name, *kind_name;
	void (*wait)(struct cancel_waited *all);
	enum wait_kind kind;
};

extern struct cancel_point cancel_points[];
extern const unsigned cancel_points_count;

/* Makes what everybody waits for, and takes it away. */
void cancel_points_open(void);
void cancel_points_close(void);

#endif
