/* SPDX-License-Identifier: MIT */
/* tool_render: one profile of a snapshot as bytes that can be sent.
 *
 * Called from   the tool's commands that send profiles (serve, push).
 * Memory        the bytes are malloc'ed.
 */
#ifndef CONTEND_TOOL_RENDER_H
#define CONTEND_TOOL_RENDER_H

#include <stddef.h>
#include <sys/types.h>

#include "snapshot.h"

enum render_form {
	RENDER_PACKED, /* gzip'd profile.proto */
	RENDER_TEXT,   /* pprof_text.h */
};

struct rendered {
	char *bytes;
	size_t count;
};

/* 0 or -ENOMEM. */
int tool_render(const struct snapshot *snapshot, enum profile which, enum render_form form,
		struct rendered *out_rendered);

#endif
