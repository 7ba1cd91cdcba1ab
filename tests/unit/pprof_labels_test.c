/* SPDX-License-Identifier: MIT */
/* Goal: samples of one stack that their keys tell apart are told apart in the profile, by labels; all others are added. */
#include <stdio.h>

#include "fake_profile.h"

/* "kind=read,fd=pipe", "kind=mutex,wait=64 nanoseconds" */
static const char *labels_of(const Profile *profile, const Sample *sample)
{
	static char line[128];
	size_t used = 0;

	line[0] = '\0';
	for (size_t i = 0; i < sample->n_label; i++) {
		const Perftools__Profiles__Label *label = sample->label[i];

		used += snprintf(line + used, sizeof(line) - used, "%s%s=", i ? "," : "", text(profile, label->key));
		if (label->num)
			used += snprintf(line + used, sizeof(line) - used, "%ld %s", (long)label->num,
					 text(profile, label->num_unit));
		else
			used += snprintf(line + used, sizeof(line) - used, "%s", text(profile, label->str));
	}
	return line;
}

static int64_t delay_of(const Profile *profile, const char *labels)
{
	int64_t delay_ns = -1;

	for (size_t i = 0; i < profile->n_sample; i++)
		if (strcmp(labels_of(profile, profile->sample[i]), labels) == 0)
			delay_ns = profile->sample[i]->value[1];
	return delay_ns;
}

/* One stack, waiting for descriptors of several types; two waits that differ in the object's number only are one sample. */
static void check_file_types(void)
{
	struct region *region = new_region();
	Profile *profile;

	fake_region_io(WAIT_READ, FILE_TYPE_PIPE, stack_a, 3, 1, 100);
	fake_region_io(WAIT_READ, FILE_TYPE_PIPE, stack_a_again, 3, 1, 10);
	fake_region_io(WAIT_READ, FILE_TYPE_SOCKET, stack_a, 3, 1, 200);
	fake_region_io(WAIT_RECV, FILE_TYPE_SOCKET, stack_a, 3, 1, 300);
	fake_region_io(WAIT_READ, FILE_TYPE_NONE, stack_a, 3, 1, 400);
	profile = written_and_read(region, PROFILE_BLOCK);
	is_u64(profile->n_sample, 3 + 4, "kinds and types of descriptors are told apart");
	is_u64(delay_of(profile, "kind=read,fd=pipe"), 110, "equal ones are added");
	is_u64(delay_of(profile, "kind=read,fd=socket"), 200, "another type");
	is_u64(delay_of(profile, "kind=recv,fd=socket"), 300, "another kind");
	is_u64(delay_of(profile, "kind=read"), 400, "no descriptor, no label");
	profile_file_free(profile);
	free(region);
}

/* One stack in several delay classes. */
static void check_delay_classes(void)
{
	struct sample_key key = {.profile = PROFILE_MUTEX, .kind = WAIT_MUTEX, .depth = 3, .frames = stack_a};
	struct region *region = new_region();
	Profile *profile;

	region->header.has_histogram = 1;
	for (int i = 0; i < 4; i++) {
		key.delay_class = sample_delay_class(60 + 2 * i);
		sample_note_longest(fake_region_add(&key, 1, 60 + 2 * i), (60 + 2 * i) * FAKE_TICKS_PER_NS);
	}
	profile = written_and_read(region, PROFILE_MUTEX);
	is_u64(profile->n_sample, 2 + 2, "classes of delays are told apart");
	is_u64(delay_of(profile, "wait=32 nanoseconds"), 60 + 62, "a class");
	is_u64(delay_of(profile, "wait=64 nanoseconds"), 64 + 66, "the next");
	is_u64(profile->n_sample_type, 3, "there is a third value");
	is_str(text(profile, profile->sample_type[2]->type), "maximum", "the maximum");
	is_str(text(profile, profile->sample_type[2]->unit), "nanoseconds", "in ns");
	for (size_t i = 0; i < profile->n_sample; i++) {
		const Sample *sample = profile->sample[i];
		bool is_whole = sample->n_label == 0 && sample->n_location_id == 3;

		is_u64(sample->value[2], is_whole ? 66 : 0, "the longest of a stack is told once, of all its classes");
	}
	profile_file_free(profile);
	free(region);
}

/* Every name of file_types.def. */
static void check_file_type_names(void)
{
	static const char *const names[] = {
#define FILE_TYPE(identifier, name) name,
#include "file_types.def"
#undef FILE_TYPE
	};
	struct region *region = new_region();
	char labels[64];
	Profile *profile;

	for (int type = FILE_TYPE_NONE + 1; type < FILE_TYPE_COUNT; type++)
		fake_region_io(WAIT_WRITE, type, stack_a, 3, 1, type);
	profile = written_and_read(region, PROFILE_BLOCK);
	for (int type = FILE_TYPE_NONE + 1; type < FILE_TYPE_COUNT; type++) {
		snprintf(labels, sizeof(labels), "kind=write,fd=%s", names[type]);
		is_u64(delay_of(profile, labels), type, "%s", labels);
	}
	profile_file_free(profile);
	free(region);
}

int main(void)
{
	check_file_types();
	check_file_type_names();
	check_delay_classes();
	is_u64(heap_used_bytes(), 0, "all memory is given back");
	return done();
}
