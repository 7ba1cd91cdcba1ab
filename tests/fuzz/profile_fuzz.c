/* SPDX-License-Identifier: MIT */
/* Goal: whatever is in a profile's file, `contend show` shows it or says what is wrong; what is accepted can be written again
 * and is accepted then, too; gzip around it makes no difference; and there is a bound on memory.
 *
 * An input is the file. */
#include <errno.h>
#include <string.h>

#include "fuzz.h"
#include "gzip.h"
#include "heap.h"
#include "profile_file.h"

enum { FIELD_LIMIT_BYTES = 4096, WIRE_VARINT = 0, WIRE_BYTES = 2, VARINT_LIMIT_BYTES = 10 };

typedef Perftools__Profiles__Profile Profile;

static char input_path[256];

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	strcpy(input_path, fuzz_path("profile"));
	return 0;
}

static void check_again(const Profile *profile)
{
	Profile *again;
	uint8_t *packed;
	size_t count;

	fuzz_require(profile_file_pack(profile, &packed, &count) == 0);
	fuzz_require(profile_file_unpack(packed, count, PROFILE_FILE_LIMITS, &again) == 0);
	fuzz_require(again->n_sample == profile->n_sample && again->n_string_table == profile->n_string_table);
	profile_file_free(again);
	heap_free(packed);
}

static void check_packed(const uint8_t *data, size_t size, int expected)
{
	Profile *profile;
	uint8_t *packed;
	size_t count;
	int error;

	fuzz_require(gzip_pack(data, size, &packed, &count) == 0);
	error = profile_file_unpack(packed, count, PROFILE_FILE_LIMITS, &profile);
	fuzz_require(error == expected);
	if (!error)
		profile_file_free(profile);
	heap_free(packed);
}

/* With less and less memory for the message: it fits, or it is too large. */
static void check_limits(const uint8_t *data, size_t size, int expected)
{
	struct profile_file_limits limits = PROFILE_FILE_LIMITS;
	Profile *profile;

	for (limits.memory_bytes = 64 * 1024; limits.memory_bytes > 64; limits.memory_bytes /= 2) {
		int error = profile_file_unpack(data, size, limits, &profile);

		fuzz_require(error == expected || error == -EFBIG);
		if (!error)
			profile_file_free(profile);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Profile *profile;
	int error = profile_file_unpack(data, size, PROFILE_FILE_LIMITS, &profile);

	fuzz_require(error == 0 || error == -EBADMSG || error == -EFBIG);
	if (!error) {
		check_again(profile);
		profile_file_free(profile);
	}
	if (!gzip_is_packed(data, size))
		check_packed(data, size, error);
	check_limits(data, size, error);
	fuzz_write_file(input_path, data, size);
	fuzz_require(fuzz_show(input_path) != 0 || error == 0);
	fuzz_require(heap_used_bytes() == 0);
	return 0;
}

/* One field of a message, as it is encoded. */
struct field {
	size_t begin, contents, end; /* positions; contents: behind its tag and its length */
	unsigned wire;
};

/* Reads the varint at *at and moves behind it; false if it is none. */
static bool read_varint(const uint8_t *data, size_t size, size_t *at, uint64_t *out_number)
{
	*out_number = 0;
	for (unsigned i = 0; i < VARINT_LIMIT_BYTES && *at < size; i++) {
		uint8_t byte = data[(*at)++];

		*out_number |= (uint64_t)(byte & 0x7f) << 7 * i;
		if (byte < 0x80)
			return true;
	}
	return false;
}

static size_t write_varint(uint64_t number, uint8_t *out_bytes)
{
	size_t count = 0;

	for (; number >= 0x80; number >>= 7)
		out_bytes[count++] = 0x80 | (number & 0x7f);
	out_bytes[count++] = number;
	return count;
}

static bool read_field(const uint8_t *data, size_t size, size_t at, struct field *out_field)
{
	uint64_t number;

	out_field->begin = at;
	if (!read_varint(data, size, &at, &number))
		return false;
	out_field->wire = number & 7;
	if (out_field->wire != WIRE_VARINT && out_field->wire != WIRE_BYTES)
		return false;
	out_field->contents = at;
	if (!read_varint(data, size, &at, &number))
		return false;
	out_field->end = at;
	if (out_field->wire == WIRE_VARINT)
		return true;
	out_field->contents = at;
	out_field->end = at + number;
	return number <= size - at;
}

/* A field of the message in [begin, end), each as likely as the others. */
static bool pick_field(struct random *random, const uint8_t *data, size_t begin, size_t end, struct field *out_field)
{
	struct field field;
	unsigned seen = 0;

	for (; begin < end && read_field(data, end, begin, &field); begin = field.end)
		if (random_below(random, ++seen) == 0)
			*out_field = field;
	return seen > 0;
}

/* Puts `count` bytes in place of those from `begin` to `end`; returns the new size. */
static size_t replace(uint8_t *data, size_t size, size_t begin, size_t end, const uint8_t *bytes, size_t count)
{
	memmove(data + begin + count, data + end, size - end);
	memcpy(data + begin, bytes, count);
	return size - (end - begin) + count;
}

/* Changes what is in a field: a number to one that hurts, bytes as the fuzzer likes, a message in one of its fields. */
static size_t change_contents(struct random *random, uint8_t *contents, size_t count, unsigned wire)
{
	struct field field;
	size_t at = 0, inner;
	uint64_t number;

	if (wire == WIRE_VARINT && read_varint(contents, count, &at, &number))
		return write_varint(fuzz_number(random, number, 40), contents);
	if (random_below(random, 4) == 0 || !pick_field(random, contents, 0, count, &field))
		return LLVMFuzzerMutate(contents, count, FIELD_LIMIT_BYTES);
	if (field.wire == WIRE_BYTES)
		return LLVMFuzzerMutate(contents, count, FIELD_LIMIT_BYTES);
	uint8_t encoded[VARINT_LIMIT_BYTES];

	at = field.contents;
	(void)read_varint(contents, count, &at, &number);
	inner = write_varint(fuzz_number(random, number, 40), encoded);
	return replace(contents, count, field.contents, field.end, encoded, inner);
}

/* Writes the field anew with other contents. */
static size_t change_field(struct random *random, uint8_t *data, size_t size, const struct field *field)
{
	static uint8_t contents[2 * FIELD_LIMIT_BYTES], encoded[2 * FIELD_LIMIT_BYTES];
	size_t count = field->end - field->contents, tag = field->begin, head;
	uint64_t number;

	if (count > FIELD_LIMIT_BYTES)
		return size;
	memcpy(contents, data + field->contents, count);
	count = change_contents(random, contents, count, field->wire);
	(void)read_varint(data, size, &tag, &number);
	head = write_varint(number, encoded);
	if (field->wire == WIRE_BYTES)
		head += write_varint(count, encoded + head);
	memcpy(encoded + head, contents, count);
	return replace(data, size, field->begin, field->end, encoded, head + count);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	struct random random;
	struct field field;
	uint64_t choice;

	random_seed(&random, seed, size);
	choice = random_below(&random, 8);
	if (choice == 0 || gzip_is_packed(data, size) || !pick_field(&random, data, 0, size, &field))
		return LLVMFuzzerMutate(data, size, max_size);
	if (choice == 1)
		return replace(data, size, field.begin, field.end, data, 0);
	if (size + 2 * FIELD_LIMIT_BYTES > max_size)
		return size;
	if (choice == 2 && field.end - field.begin <= FIELD_LIMIT_BYTES) {
		static uint8_t copy[FIELD_LIMIT_BYTES];

		memcpy(copy, data + field.begin, field.end - field.begin);
		return replace(data, size, field.begin, field.begin, copy, field.end - field.begin);
	}
	return change_field(&random, data, size, &field);
}
