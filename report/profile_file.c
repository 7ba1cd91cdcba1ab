/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "gzip.h"
#include "hash_index.h"
#include "heap.h"
#include "kernel.h"
#include "profile_file.h"

typedef Perftools__Profiles__Profile Profile;

int profile_file_pack(const Profile *profile, uint8_t **out_bytes, size_t *out_count)
{
	size_t count = perftools__profiles__profile__get_packed_size(profile);
	uint8_t *bytes = heap_alloc(count);
	int error;

	if (!bytes)
		return -ENOMEM;
	perftools__profiles__profile__pack(profile, bytes);
	error = gzip_pack(bytes, count, out_bytes, out_count);
	heap_free(bytes);
	return error;
}

/* The ids of one kind of entry. */
struct ids {
	struct hash_index index;
	uint64_t *ids;
	uint32_t count;
};

struct id_wanted {
	const struct ids *ids;
	uint64_t id;
};

static bool id_is_same(const void *wanted, uint32_t value)
{
	const struct id_wanted *id = wanted;

	return id->ids->ids[value] == id->id;
}

static bool ids_have(const struct ids *ids, uint64_t id)
{
	struct id_wanted wanted = {.ids = ids, .id = id};
	uint32_t value;

	return hash_index_find(&ids->index, hash_index_words(&id, 1), id_is_same, &wanted, &value);
}

static int ids_add(struct ids *ids, uint64_t id)
{
	if (id == 0 || ids_have(ids, id))
		return -EBADMSG;
	ids->ids[ids->count] = id;
	return hash_index_add(&ids->index, hash_index_words(&id, 1), ids->count++);
}

static int ids_new(struct ids *ids, size_t limit)
{
	ids->ids = heap_alloc_array(limit, sizeof(*ids->ids));
	return ids->ids ? 0 : -ENOMEM;
}

static void ids_free(struct ids *ids)
{
	hash_index_free(&ids->index);
	heap_free(ids->ids);
}

static bool has_text(const Profile *profile, int64_t number)
{
	return number >= 0 && (uint64_t)number < profile->n_string_table;
}

static int check_texts(const Profile *profile)
{
	if (profile->n_string_table == 0 || profile->string_table[0][0] != '\0')
		return -EBADMSG;
	for (size_t i = 0; i < profile->n_sample_type; i++)
		if (!has_text(profile, profile->sample_type[i]->type) ||
		    !has_text(profile, profile->sample_type[i]->unit))
			return -EBADMSG;
	for (size_t i = 0; i < profile->n_comment; i++)
		if (!has_text(profile, profile->comment[i]))
			return -EBADMSG;
	if (profile->period_type &&
	    (!has_text(profile, profile->period_type->type) || !has_text(profile, profile->period_type->unit)))
		return -EBADMSG;
	return has_text(profile, profile->drop_frames) && has_text(profile, profile->keep_frames) &&
			       has_text(profile, profile->default_sample_type)
		       ? 0
		       : -EBADMSG;
}

static int check_mappings(const Profile *profile, struct ids *mappings)
{
	int error = ids_new(mappings, profile->n_mapping);

	for (size_t i = 0; i < profile->n_mapping && !error; i++) {
		const Perftools__Profiles__Mapping *mapping = profile->mapping[i];

		error = ids_add(mappings, mapping->id);
		if (!has_text(profile, mapping->filename) || !has_text(profile, mapping->build_id))
			error = -EBADMSG;
	}
	return error;
}

static int check_functions(const Profile *profile, struct ids *functions)
{
	int error = ids_new(functions, profile->n_function);

	for (size_t i = 0; i < profile->n_function && !error; i++) {
		const Perftools__Profiles__Function *function = profile->function[i];

		error = ids_add(functions, function->id);
		if (!has_text(profile, function->name) || !has_text(profile, function->system_name) ||
		    !has_text(profile, function->filename))
			error = -EBADMSG;
	}
	return error;
}

static int check_locations(const Profile *profile, const struct ids *mappings, const struct ids *functions,
			   struct ids *locations)
{
	int error = ids_new(locations, profile->n_location);

	for (size_t i = 0; i < profile->n_location && !error; i++) {
		const Perftools__Profiles__Location *location = profile->location[i];

		error = ids_add(locations, location->id);
		if (location->mapping_id && !ids_have(mappings, location->mapping_id))
			error = -EBADMSG;
		for (size_t line = 0; line < location->n_line && !error; line++)
			if (!ids_have(functions, location->line[line]->function_id))
				error = -EBADMSG;
	}
	return error;
}

static int check_sample(const Profile *profile, const struct ids *locations, const Perftools__Profiles__Sample *sample)
{
	if (sample->n_value != profile->n_sample_type)
		return -EBADMSG;
	for (size_t i = 0; i < sample->n_location_id; i++)
		if (!ids_have(locations, sample->location_id[i]))
			return -EBADMSG;
	for (size_t i = 0; i < sample->n_label; i++)
		if (!has_text(profile, sample->label[i]->key) || !has_text(profile, sample->label[i]->str) ||
		    !has_text(profile, sample->label[i]->num_unit))
			return -EBADMSG;
	return 0;
}

static int check_profile(const Profile *profile)
{
	struct ids mappings = {0}, functions = {0}, locations = {0};
	int error = check_texts(profile);

	if (!error)
		error = check_mappings(profile, &mappings);
	if (!error)
		error = check_functions(profile, &functions);
	if (!error)
		error = check_locations(profile, &mappings, &functions, &locations);
	for (size_t i = 0; i < profile->n_sample && !error; i++)
		error = check_sample(profile, &locations, profile->sample[i]);
	ids_free(&mappings);
	ids_free(&functions);
	ids_free(&locations);
	return error;
}

/* What is left for a message. */
struct budget {
	size_t bytes;
	bool is_exceeded;
};

static void *alloc_within(void *data, size_t bytes)
{
	enum { OVERHEAD_BYTES = 16 }; /* of a block, more or less: messages are made of small ones */
	struct budget *budget = data;

	if (budget->bytes < OVERHEAD_BYTES || bytes > budget->bytes - OVERHEAD_BYTES) {
		budget->is_exceeded = true;
		return NULL;
	}
	budget->bytes -= bytes + OVERHEAD_BYTES;
	return heap_alloc(bytes);
}

/* What is given back while a message is unpacked is little, and does not count. */
static void free_within(void *data, void *block)
{
	(void)data;
	heap_free(block);
}

/* protobuf-c does not tell damage from lack of memory; damage is the likely one. */
static int unpack_message(const uint8_t *bytes, size_t count, size_t memory_bytes, Profile **out_profile)
{
	struct budget budget = {.bytes = memory_bytes};
	ProtobufCAllocator allocator = {.alloc = alloc_within, .free = free_within, .allocator_data = &budget};
	Profile *profile = perftools__profiles__profile__unpack(&allocator, count, bytes);
	int error = profile ? check_profile(profile) : -EBADMSG;

	if (budget.is_exceeded)
		error = -EFBIG;
	if (error)
		profile_file_free(profile);
	else
		*out_profile = profile;
	return error;
}

int profile_file_unpack(const uint8_t *bytes, size_t count, struct profile_file_limits limits, Profile **out_profile)
{
	uint8_t *unpacked;
	size_t unpacked_count;
	int error;

	if (!gzip_is_packed(bytes, count))
		return unpack_message(bytes, count, limits.memory_bytes, out_profile);
	error = gzip_unpack(bytes, count, limits.bytes, &unpacked, &unpacked_count);
	if (error)
		return error;
	error = unpack_message(unpacked, unpacked_count, limits.memory_bytes, out_profile);
	heap_free(unpacked);
	return error;
}

/* Reads to the end, which may come earlier than the size says. */
static long read_all(long descriptor, uint8_t *bytes, size_t limit)
{
	size_t count = 0;

	while (count < limit) {
		long more = KERNEL_CALL(read, descriptor, bytes + count, limit - count);

		if (more == -EINTR)
			continue;
		if (more < 0)
			return more;
		if (more == 0)
			break;
		count += more;
	}
	return count;
}

static int read_and_unpack(long descriptor, Profile **out_profile)
{
	struct stat status;
	int error = KERNEL_CALL(fstat, descriptor, &status);
	uint8_t *bytes;
	long count;

	if (error)
		return error;
	if (!S_ISREG(status.st_mode))
		return -EBADMSG;
	if ((size_t)status.st_size > PROFILE_FILE_LIMITS.bytes)
		return -EFBIG;
	bytes = heap_alloc(status.st_size);
	if (!bytes)
		return -ENOMEM;
	count = read_all(descriptor, bytes, status.st_size);
	error = count < 0 ? (int)count : profile_file_unpack(bytes, count, PROFILE_FILE_LIMITS, out_profile);
	heap_free(bytes);
	return error;
}

int profile_file_read(const char *path, Profile **out_profile)
{
	long descriptor = KERNEL_CALL(openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int error;

	if (descriptor < 0)
		return descriptor;
	error = read_and_unpack(descriptor, out_profile);
	KERNEL_CALL(close, descriptor);
	return error;
}

void profile_file_free(Profile *profile)
{
	if (profile)
		perftools__profiles__profile__free_unpacked(profile, &heap_for_protobuf);
}
