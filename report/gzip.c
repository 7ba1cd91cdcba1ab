/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>

#include <zlib.h>

#include "heap.h"
#include "gzip.h"

enum {
	GZIP_WINDOW_BITS = 15 + 16, /* 16: the gzip format */
	GZIP_MEMORY_LEVEL = 8,
	GZIP_FIRST_ROOM_BYTES = 64 * 1024,
};

static z_stream gzip_stream(const void *bytes, size_t count)
{
	return (z_stream){
		.zalloc = heap_zlib_alloc,
		.zfree = heap_zlib_free,
		.next_in = (Bytef *)bytes,
		.avail_in = (uInt)count,
	};
}

/* Level: the fastest, as Go takes it. */
int gzip_pack(const void *bytes, size_t count, uint8_t **out_packed, size_t *out_packed_count)
{
	z_stream stream = gzip_stream(bytes, count);
	uint8_t *packed = NULL;
	int result;

	if (count > INT_MAX)
		return -EFBIG;
	if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, GZIP_WINDOW_BITS, GZIP_MEMORY_LEVEL, Z_DEFAULT_STRATEGY) !=
	    Z_OK)
		return -ENOMEM;
	stream.avail_out = deflateBound(&stream, count);
	packed = heap_alloc(stream.avail_out);
	stream.next_out = packed;
	result = packed ? deflate(&stream, Z_FINISH) : Z_MEM_ERROR;
	deflateEnd(&stream);
	if (result != Z_STREAM_END) {
		heap_free(packed);
		return -ENOMEM;
	}
	*out_packed = packed;
	*out_packed_count = stream.total_out;
	return 0;
}

/* Makes room for at least one more byte behind what is there. */
static int gzip_make_room(z_stream *stream, uint8_t **bytes, size_t limit_bytes)
{
	size_t room = stream->total_out ? stream->total_out * 2 : GZIP_FIRST_ROOM_BYTES;
	uint8_t *grown;

	if (room > limit_bytes)
		room = limit_bytes;
	if (room == stream->total_out)
		return -EFBIG;
	grown = heap_resize(*bytes, room);
	if (!grown)
		return -ENOMEM;
	*bytes = grown;
	stream->next_out = grown + stream->total_out;
	stream->avail_out = room - stream->total_out;
	return 0;
}

static int gzip_error(int result)
{
	return result == Z_MEM_ERROR ? -ENOMEM : -EBADMSG;
}

static int gzip_inflate(z_stream *stream, uint8_t **bytes, size_t limit_bytes)
{
	int result = Z_OK;

	while (result == Z_OK) {
		int error = stream->avail_out ? 0 : gzip_make_room(stream, bytes, limit_bytes);

		if (error)
			return error;
		result = inflate(stream, Z_NO_FLUSH);
	}
	if (result != Z_STREAM_END)
		return gzip_error(result);
	return stream->avail_in ? -EBADMSG : 0;
}

int gzip_unpack(const void *packed, size_t count, size_t limit_bytes, uint8_t **out_bytes, size_t *out_count)
{
	z_stream stream = gzip_stream(packed, count);
	uint8_t *bytes = NULL;
	int error;

	if (count > INT_MAX || limit_bytes > INT_MAX)
		return -EFBIG;
	if (inflateInit2(&stream, GZIP_WINDOW_BITS) != Z_OK)
		return -ENOMEM;
	error = gzip_inflate(&stream, &bytes, limit_bytes);
	inflateEnd(&stream);
	if (error) {
		heap_free(bytes);
		return error;
	}
	*out_bytes = bytes;
	*out_count = stream.total_out;
	return 0;
}

bool gzip_is_packed(const void *bytes, size_t count)
{
	const uint8_t *magic = bytes;

	return count >= 2 && magic[0] == 0x1f && magic[1] == 0x8b;
}
