/* SPDX-License-Identifier: MIT */
/* pprof_comments: the lines that tell a reader how a profile came about and what is missing in it.
 *
 * The first is shown at the head of every pprof report; those that begin with # only by `pprof -comments`.
 */
#ifndef CONTEND_PPROF_COMMENTS_H
#define CONTEND_PPROF_COMMENTS_H

#include "snapshot.h"

enum { PPROF_COMMENTS_LIMIT = 7 + GOVERNOR_CHANGES + LOSS_COUNT + 1, PPROF_COMMENT_BYTES = 256 };

struct pprof_comments {
	size_t count;
	char lines[PPROF_COMMENTS_LIMIT][PPROF_COMMENT_BYTES];
};

/* `out_comments` zeroed. */
void pprof_comments_write(const struct snapshot *snapshot, enum profile profile, struct pprof_comments *out_comments);

#endif
