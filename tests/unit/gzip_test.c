/* SPDX-License-Identifier: MIT */
/* Goal: what is packed comes back, gunzip reads it, and damaged or endless input is an error. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "gzip.h"
#include "heap.h"
#include "random.h"

enum { LARGE = 3000000, MUTATIONS = 3000 };

static uint8_t *sample_bytes(size_t count, unsigned variety)
{
	uint8_t *bytes = malloc(count + 1);
	struct random random;

	random_seed(&random, 1, variety);
	for (size_t i = 0; i < count; i++)
		bytes[i] = random_below(&random, variety);
	return bytes;
}

static bool comes_back(size_t count, unsigned variety)
{
	uint8_t *bytes = sample_bytes(count, variety), *packed = NULL, *unpacked = NULL;
	size_t packed_count = 0, unpacked_count = 0;
	bool is_equal = gzip_pack(bytes, count, &packed, &packed_count) == 0 && gzip_is_packed(packed, packed_count) &&
			gzip_unpack(packed, packed_count, LARGE, &unpacked, &unpacked_count) == 0 &&
			unpacked_count == count && memcmp(bytes, unpacked, count) == 0;

	heap_free(packed);
	heap_free(unpacked);
	free(bytes);
	return is_equal;
}

static void check_program(void)
{
	const char text[] = "read by the other side\n";
	uint8_t *packed;
	size_t count;
	FILE *file = fopen("text.gz", "w");
	char line[64] = "";

	gzip_pack(text, strlen(text), &packed, &count);
	fwrite(packed, 1, count, file);
	fclose(file);
	file = popen("gzip -dc text.gz && gzip -lv text.gz >/dev/null", "r");
	ok(fgets(line, sizeof(line), file) && strcmp(line, text) == 0, "gzip reads it");
	is_u64(pclose(file), 0, "without complaint");
	ok(packed[3] == 0 && memcmp(packed + 4, "\0\0\0\0", 4) == 0, "neither name nor time are in it");
	heap_free(packed);
}

static void check_refusals(void)
{
	uint8_t *bytes = sample_bytes(LARGE, 1), *packed, *unpacked = NULL;
	size_t count, unpacked_count = 99;

	gzip_pack(bytes, LARGE, &packed, &count);
	is_u64(-gzip_unpack(packed, count, LARGE - 1, &unpacked, &unpacked_count), EFBIG, "more than the limit");
	is_u64(-gzip_unpack(packed, count - 1, LARGE + 1, &unpacked, &unpacked_count), EBADMSG,
	       "an end that is missing");
	memcpy(bytes, packed, count);
	memcpy(bytes + count, packed, count);
	is_u64(-gzip_unpack(bytes, count * 2, LARGE * 2, &unpacked, &unpacked_count), EBADMSG, "two files in one");
	is_u64(-gzip_unpack(bytes, 0, LARGE, &unpacked, &unpacked_count), EBADMSG, "nothing");
	ok(!unpacked && unpacked_count == 99, "failures leave the outputs alone");
	heap_free(packed);
	free(bytes);
}

static void check_damage(void)
{
	uint8_t *bytes = sample_bytes(5000, 9), *packed, *unpacked;
	size_t count, unpacked_count;
	unsigned harmless = 0;
	struct random random;

	random_seed(&random, 7, 7);
	gzip_pack(bytes, 5000, &packed, &count);
	for (unsigned i = 0; i < MUTATIONS; i++) {
		size_t at = random_below(&random, count);
		uint8_t flip = 1 << random_below(&random, 8);

		packed[at] ^= flip;
		if (gzip_unpack(packed, count, LARGE, &unpacked, &unpacked_count) == 0) {
			harmless += unpacked_count == 5000 && memcmp(unpacked, bytes, 5000) == 0 ? 0 : 1;
			heap_free(unpacked);
		}
		packed[at] ^= flip;
	}
	is_u64(harmless, 0, "no flipped bit gives other bytes without an error");
	heap_free(packed);
	free(bytes);
}

int main(void)
{
	ok(comes_back(0, 1) && comes_back(1, 1) && comes_back(1000, 4), "small inputs come back");
	ok(comes_back(LARGE, 2) && comes_back(LARGE, 256), "large ones, too, packable or not");
	check_program();
	check_refusals();
	check_damage();
	is_u64(heap_used_bytes(), 0, "all memory is given back");
	return done();
}
