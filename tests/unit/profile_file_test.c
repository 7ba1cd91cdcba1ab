/* SPDX-License-Identifier: MIT */
/* Goal: a profile that is read back is checked: damaged files, and such that name what they do not have, are errors. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "fake_profile.h"
#include "random.h"

enum { MUTATIONS = 4000 };

static void pack(const struct region *region, uint8_t **out_bytes, size_t *out_count)
{
	Profile *profile = written_and_read(region, PROFILE_BLOCK);

	*out_count = perftools__profiles__profile__get_packed_size(profile);
	*out_bytes = malloc(*out_count);
	perftools__profiles__profile__pack(profile, *out_bytes);
	profile_file_free(profile);
}

static void check_damage(const struct region *region)
{
	unsigned refused = 0, strange = 0;
	struct random random;
	uint8_t *bytes;
	size_t count;

	random_seed(&random, 5, 1);
	pack(region, &bytes, &count);
	for (unsigned i = 0; i < MUTATIONS; i++) {
		size_t at = random_below(&random, count), length = i % 4 == 0 ? at : count;
		uint8_t saved = bytes[at], *copy;
		Profile *profile;
		int error;

		bytes[at] = i % 4 == 1 ? 0xff : random_bits(&random);
		copy = malloc(length + 1); /* its own block, so that the address sanitizer sees its end */
		memcpy(copy, bytes, length);
		error = profile_file_unpack(copy, length, PROFILE_FILE_LIMITS, &profile);
		if (!error)
			profile_file_free(profile);
		refused += error != 0;
		strange += error && error != -EBADMSG;
		bytes[at] = saved;
		free(copy);
	}
	is_u64(strange, 0, "%d damaged profiles: an error of the contract or none", MUTATIONS);
	ok(refused > MUTATIONS / 4, "%u of them are refused", refused);
	free(bytes);
}

static int unpack_changed(const struct region *region, void (*change)(Profile *profile))
{
	Profile *profile = written_and_read(region, PROFILE_BLOCK), *read;
	uint8_t *bytes;
	size_t count;
	int error;

	change(profile);
	profile_file_pack(profile, &bytes, &count);
	error = profile_file_unpack(bytes, count, PROFILE_FILE_LIMITS, &read);
	if (!error)
		profile_file_free(read);
	heap_free(bytes);
	profile_file_free(profile);
	return error;
}

static void change_nothing(Profile *profile)
{
	(void)profile;
}

static void change_value_count(Profile *profile)
{
	profile->sample[0]->n_value = 1;
}

static void change_location(Profile *profile)
{
	profile->sample[0]->location_id[0] = 1000;
}

static void change_function(Profile *profile)
{
	profile->location[0]->line[0]->function_id = 1000;
}

static void change_mapping(Profile *profile)
{
	profile->location[0]->mapping_id = 1000;
}

static void change_text(Profile *profile)
{
	profile->function[0]->name = profile->n_string_table;
}

static void change_comment(Profile *profile)
{
	profile->comment[0] = -1;
}

static void change_id(Profile *profile)
{
	profile->function[1]->id = profile->function[0]->id;
}

static void check_validation(const struct region *region)
{
	is_u64(-unpack_changed(region, change_nothing), 0, "a profile that nothing was done to");
	is_u64(-unpack_changed(region, change_value_count), EBADMSG, "a sample with a value too few");
	is_u64(-unpack_changed(region, change_location), EBADMSG, "a location that does not exist");
	is_u64(-unpack_changed(region, change_function), EBADMSG, "a function that does not exist");
	is_u64(-unpack_changed(region, change_mapping), EBADMSG, "a mapping that does not exist");
	is_u64(-unpack_changed(region, change_text), EBADMSG, "a text that does not exist");
	is_u64(-unpack_changed(region, change_comment), EBADMSG, "a comment with a negative number");
	is_u64(-unpack_changed(region, change_id), EBADMSG, "an id that two functions have");
}

static void check_files(const struct region *region)
{
	Profile *profile = NULL;
	uint8_t *bytes;
	size_t count;
	int descriptor = open("plain.pb", O_CREAT | O_WRONLY, 0600);

	pack(region, &bytes, &count);
	if (write(descriptor, bytes, count) != (ssize_t)count)
		abort();
	is_u64(profile_file_read("plain.pb", &profile), 0, "a profile that is not gzipped is read, too");
	profile_file_free(profile);
	is_u64(-profile_file_read("none.pb", &profile), ENOENT, "no file");
	is_u64(-profile_file_read(".", &profile), EBADMSG, "a directory");
	if (ftruncate(descriptor, 0))
		abort();
	is_u64(-profile_file_read("plain.pb", &profile), EBADMSG, "an empty file");
	close(descriptor);
	free(bytes);
}

int main(void)
{
	struct region *region = new_region();

	check_validation(region);
	check_files(region);
	check_damage(region);
	free(region);
	is_u64(heap_used_bytes(), 0, "all memory is given back");
	return done();
}
