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
#include "source_lines.h"

enum render_form {
	RENDER_PACKED, /* gzip'd profile.proto */
	RENDER_TEXT,   /* pprof_text.h */
};

struct rendered {
	char *bytes;
	size_t count;
};

struct render_order {
	enum profile which;
	enum render_form form;
	struct source_lines *lines; /* NULL: functions only */
	uid_t reader;               /* whose process it is: with its rights debug information is read */
};

/* 0 or -ENOMEM. */
int tool_render(const struct snapshot *snapshot, const struct render_order *order, struct rendered *out_rendered);

#endif
