/* SPDX-License-Identifier: MIT */
#include <sys/stat.h>
#include <zlib.h>

#include "hazard/hazard.h"
#include "profile.h"
#include "unseen.h"

/* Of profile.proto. */
enum { FIELD_SAMPLE = 2, FIELD_TIME = 9, FIELD_VALUES = 2, WIRE_VARINT = 0, WIRE_BYTES = 2 };

enum { FILE_LIMIT_BYTES = 4 << 20, PROFILE_LIMIT_BYTES = 32 << 20, GZIP_ONLY = 16 };

struct bytes {
	const uint8_t *at, *end;
};

static uint64_t take_varint(struct bytes *bytes)
{
	uint64_t value = 0;

	for (unsigned shift = 0; shift < 64; shift += 7) {
		need(bytes->at < bytes->end, "a number");
		value |= (uint64_t)(*bytes->at & 127) << shift;
		if (!(*bytes->at++ & 128))
			return value;
	}
	need(false, "a number that ends");
}

/* One field: its number; its value, or the bytes that it has. */
static unsigned take_field(struct bytes *bytes, uint64_t *out_value, struct bytes *out_inner)
{
	uint64_t tag = take_varint(bytes), value = take_varint(bytes);

	*out_value = value;
	*out_inner = (struct bytes){bytes->at, bytes->at};
	if (tag % 8 == WIRE_VARINT)
		return tag / 8;
	need(tag % 8 == WIRE_BYTES && value <= (uint64_t)(bytes->end - bytes->at), "a field");
	out_inner->end = bytes->at += value;
	return tag / 8;
}

static uint64_t events_of(struct bytes sample)
{
	struct bytes values;
	uint64_t bytes;

	while (sample.at < sample.end)
		if (take_field(&sample, &bytes, &values) == FIELD_VALUES)
			return take_varint(&values);
	need(false, "values of a sample");
}

static struct profile parse(struct bytes message)
{
	struct profile profile = {0, 0, 0};
	struct bytes inner;
	uint64_t value;

	while (message.at < message.end) {
		unsigned field = take_field(&message, &value, &inner);

		if (field == FIELD_TIME)
			profile.taken_ns = value;
		if (field == FIELD_SAMPLE)
			profile.events += events_of(inner);
	}
	return profile;
}

/* The checksum is looked at. */
static size_t unpack(const char *path, const uint8_t *file, size_t file_bytes, uint8_t *out_message)
{
	z_stream stream = {.next_in = (uint8_t *)file,
			   .avail_in = file_bytes,
			   .next_out = out_message,
			   .avail_out = PROFILE_LIMIT_BYTES};
	int result;

	need(inflateInit2(&stream, GZIP_ONLY + MAX_WBITS) == Z_OK, "memory");
	result = inflate(&stream, Z_FINISH);
	need(result == Z_STREAM_END && stream.avail_in == 0, "%s is whole: %d", path, result);
	inflateEnd(&stream);
	return stream.total_out;
}

bool profile_read(const char *path, struct profile *out_profile)
{
	long fd = unseen_call(SYS_open, (long)path, O_RDONLY | O_CLOEXEC, 0, 0), file_bytes;
	uint8_t *file, *message;
	struct stat status;
	size_t bytes;

	if (fd == -ENOENT)
		return false;
	need(fd >= 0, "%s: %ld", path, fd);
	file = malloc(FILE_LIMIT_BYTES);
	message = malloc(PROFILE_LIMIT_BYTES);
	need(file && message, "memory");
	file_bytes = unseen_call(SYS_read, fd, (long)file, FILE_LIMIT_BYTES, 0);
	need(!unseen_call(SYS_fstat, fd, (long)&status, 0, 0), "%s", path);
	unseen_call(SYS_close, fd, 0, 0, 0);
	need(file_bytes > 0 && file_bytes < FILE_LIMIT_BYTES, "%s has %ld bytes", path, file_bytes);
	bytes = unpack(path, file, file_bytes, message);
	*out_profile = parse((struct bytes){message, message + bytes});
	out_profile->written_ns = status.st_ctim.tv_sec * UINT64_C(1000000000) + status.st_ctim.tv_nsec;
	free(message);
	free(file);
	return true;
}
