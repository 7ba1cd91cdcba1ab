/* SPDX-License-Identifier: MIT */
/* push_request: the bytes of a request that brings a profile to Pyroscope, as its own clients make them.
 *
 * Called from   the tool and tests; the library does not have it.
 * Form          POST URL/ingest?name=...: a form of two files: the profile, and how its values are to be called. Without the latter
 *               the server takes every profile of contention for one of mutexes; with it, those that Go does not have are there
 *               under their own names.
 * Memory        malloc, given back by push_request_free.
 */
#ifndef CONTEND_PUSH_REQUEST_H
#define CONTEND_PUSH_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sample_table.h"

struct push_target {
	const char *url;   /* as the user said it: profiles go to URL/ingest */
	const char *name;  /* of the application; NULL: the program's */
	char labels[1024]; /* "key=value,key=value" */
};

struct push_profile {
	const char *program;
	enum profile which;
	int64_t from_ns, until_ns; /* since 1970 */
	const void *packed;
	size_t packed_bytes;
};

struct push_request {
	char *url;
	char content_type[128];
	char *body;
	size_t body_bytes;
};

/* 0 or -ENOMEM. */
int push_request_make(const struct push_target *target, const struct push_profile *profile,
		      struct push_request *out_request);
void push_request_free(struct push_request *request);

/* "key=value"; false if the server would not take it. */
bool push_label_is_valid(const char *label);

#endif
