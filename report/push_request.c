/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "snapshot_names.h"
#include "push_request.h"

enum { BOUNDARY_BYTES = 30 };

static bool is_key(const char *text, size_t bytes)
{
	if (bytes == 0 || isdigit((unsigned char)text[0]))
		return false;
	for (size_t i = 0; i < bytes; i++)
		if (!isalnum((unsigned char)text[i]) && text[i] != '_')
			return false;
	return true;
}

bool push_label_is_valid(const char *label)
{
	const char *equals = strchr(label, '=');

	return equals && is_key(label, (size_t)(equals - label)) && equals[1] && !strpbrk(equals + 1, ",{}=\"");
}

static void put_escaped(const char *text, FILE *out)
{
	for (; *text; text++) {
		if (isalnum((unsigned char)*text) || strchr("-._~", *text))
			fputc(*text, out);
		else
			fprintf(out, "%%%02X", (unsigned char)*text);
	}
}

/* A name of an application has fewer characters than that of a file. */
static void put_name(const char *name, FILE *out)
{
	for (; *name; name++) {
		char character[2] = {isalnum((unsigned char)*name) || strchr("-._/", *name) ? *name : '_'};

		put_escaped(character, out);
	}
}

/* The parameters in the order of their names. */
static void put_url(const struct push_target *target, const struct push_profile *profile, FILE *out)
{
	size_t bytes = strlen(target->url);

	while (bytes && target->url[bytes - 1] == '/')
		bytes--;
	fprintf(out, "%.*s/ingest?aggregationType=sum&from=%" PRId64 "&name=", (int)bytes, target->url,
		profile->from_ns);
	put_name(target->name ? target->name : profile->program, out);
	put_escaped("{", out);
	put_escaped(target->labels, out);
	put_escaped("}", out);
	fprintf(out, "&sampleRate=100&spyName=contend&units=lock_nanoseconds&until=%" PRId64, profile->until_ns);
}

static void put_file_head(const char *boundary, const char *name, const char *file, FILE *out)
{
	fprintf(out,
		"--%s\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"%s\"\r\n"
		"Content-Type: application/octet-stream\r\n\r\n",
		boundary, name, file);
}

/* By what the types are called here the server knows whose they are: it looks for "mutex_" and "block_", as Go's clients say, and
 * where it finds neither it takes what the last of them is called for the name of the profile. */
static void put_types(enum profile which, FILE *out)
{
	const char *profile = snapshot_profile_name(which);
	struct snapshot_values values = snapshot_profile_values(which);
	bool is_go = which == PROFILE_MUTEX || which == PROFILE_BLOCK;
	const char *suffix = is_go ? "_duration" : "";

	fprintf(out,
		"{\"%s\":{\"units\":\"lock_samples\",\"display-name\":\"%s_count\"},"
		"\"%s\":{\"units\":\"lock_nanoseconds\",\"display-name\":\"%s%s\"}",
		values.events, profile, values.duration, profile, suffix);
	if (!is_go)
		fprintf(out, ",\"maximum\":{\"units\":\"lock_nanoseconds\",\"display-name\":\"%s\"}", profile);
	fputs("}", out);
}

static void put_body(const char *boundary, const struct push_profile *profile, FILE *out)
{
	put_file_head(boundary, "profile", "profile.pprof", out);
	fwrite(profile->packed, 1, profile->packed_bytes, out);
	fputs("\r\n", out);
	put_file_head(boundary, "sample_type_config", "sample_type_config.json", out);
	put_types(profile->which, out);
	fprintf(out, "\r\n--%s--\r\n", boundary);
}

/* Of random digits, so that no profile has it in it. */
static void make_boundary(char out_boundary[2 * BOUNDARY_BYTES + 1])
{
	unsigned char bytes[BOUNDARY_BYTES] = {0};

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		memset(bytes, 0xc0, sizeof(bytes));
	for (int i = 0; i < BOUNDARY_BYTES; i++)
		snprintf(out_boundary + 2 * i, 3, "%02x", bytes[i]);
}

int push_request_make(const struct push_target *target, const struct push_profile *profile,
		      struct push_request *out_request)
{
	struct push_request request = {0};
	char boundary[2 * BOUNDARY_BYTES + 1];
	size_t url_bytes;
	FILE *url = open_memstream(&request.url, &url_bytes);
	FILE *body = open_memstream(&request.body, &request.body_bytes);
	int error = url && body ? 0 : -ENOMEM;

	make_boundary(boundary);
	snprintf(request.content_type, sizeof(request.content_type), "multipart/form-data; boundary=%s", boundary);
	if (!error) {
		put_url(target, profile, url);
		put_body(boundary, profile, body);
	}
	if (url && fclose(url) != 0)
		error = -ENOMEM;
	if (body && fclose(body) != 0)
		error = -ENOMEM;
	if (error)
		push_request_free(&request);
	else
		*out_request = request;
	return error;
}

void push_request_free(struct push_request *request)
{
	free(request->url);
	free(request->body);
	*request = (struct push_request){0};
}
