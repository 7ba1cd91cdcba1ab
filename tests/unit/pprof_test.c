/* SPDX-License-Identifier: MIT */
/* Goal: the profile says what the snapshot says, in the form that Go writes and every reader of pprof's format accepts. */
#include <stdio.h>

#include "fake_profile.h"
#include "utf8.h"

enum { FIELD_DOC_URL = 15 };

static void check_types(const Profile *profile)
{
	is_u64(profile->n_sample_type, 2, "two values");
	is_str(text(profile, profile->sample_type[0]->type), "contentions", "the first are contentions");
	is_str(text(profile, profile->sample_type[0]->unit), "count", "counted");
	is_str(text(profile, profile->sample_type[1]->type), "delay", "the second is delay");
	is_str(text(profile, profile->sample_type[1]->unit), "nanoseconds", "in ns");
	is_str(text(profile, profile->period_type->type), "contentions", "the period's type is Go's");
	is_u64(profile->period, 1, "and 1");
	is_str(text(profile, profile->default_sample_type), "delay", "delay is shown first");
	is_u64(profile->time_nanos, UINT64_C(1700000001000000000), "the time of collection");
	is_u64(profile->duration_nanos, UINT64_C(1000000000), "since the start");
}

static void check_doc_url(const Profile *profile)
{
	const ProtobufCMessageUnknownField *field = profile->base.unknown_fields;
	uint64_t number = 0;

	if (!ok(profile->base.n_unknown_fields == 1 && field->tag == FIELD_DOC_URL, "the field doc_url is there"))
		return;
	for (size_t i = 0; i < field->len; i++)
		number |= (uint64_t)(field->data[i] & 0x7f) << 7 * i;
	ok(number < profile->n_string_table && strncmp(text(profile, number), "https://", 8) == 0, "and names a page");
}

static void check_numbering(const Profile *profile)
{
	unsigned wrong = 0, invalid = 0;

	for (size_t i = 0; i < profile->n_mapping; i++)
		wrong += profile->mapping[i]->id != i + 1 || !profile->mapping[i]->has_functions;
	for (size_t i = 0; i < profile->n_location; i++)
		wrong += profile->location[i]->id != i + 1 || profile->location[i]->n_line != 1;
	for (size_t i = 0; i < profile->n_function; i++)
		wrong += profile->function[i]->id != i + 1 ||
			 profile->function[i]->name != profile->function[i]->system_name;
	for (size_t i = 0; i < profile->n_string_table; i++)
		invalid += !utf8_is_valid(profile->string_table[i]);
	is_u64(wrong, 0, "ids count from 1, mappings have functions, locations one line, names are system names");
	is_u64(invalid, 0, "all text is valid UTF-8");
}

static void check_mappings(const Profile *profile)
{
	const Perftools__Profiles__Mapping *mapping = profile->mapping[0];

	is_u64(profile->n_mapping, 2, "a library that was loaded twice is one mapping");
	is_str(text(profile, mapping->filename), "/usr/bin/fake", "the main executable is first");
	is_u64(mapping->memory_start, 0x401000, "its start");
	is_u64(mapping->memory_limit, 0x411000, "its limit");
	is_str(text(profile, mapping->build_id), "0abc00", "its build id");
	is_str(text(profile, profile->mapping[1]->filename), "/lib/lib?fake.so", "names are repaired");
}

static const Sample *find_sample(const Profile *profile, size_t depth, const char *kind)
{
	for (size_t i = 0; i < profile->n_sample; i++) {
		const Sample *sample = profile->sample[i];

		if (sample->n_location_id != depth || (kind && sample->n_label != 1))
			continue;
		if (!kind || strcmp(text(profile, sample->label[0]->str), kind) == 0)
			return sample;
	}
	return NULL;
}

static const char *function_at(const Profile *profile, const Sample *sample, size_t frame)
{
	const Perftools__Profiles__Location *location = profile->location[sample->location_id[frame] - 1];

	return text(profile, profile->function[location->line[0]->function_id - 1]->name);
}

static void check_mutex_samples(const Profile *profile)
{
	const Sample *a = find_sample(profile, 3, NULL), *b = find_sample(profile, 4, NULL);
	const Perftools__Profiles__Location *location = profile->location[b->location_id[2] - 1];

	is_u64(profile->n_sample, 2, "equal stacks are one sample");
	is_u64(a->value[0], 16, "with the sum of their counts");
	is_u64(a->value[1], 4100, "and of their delays");
	is_u64(a->n_label, 0, "releases have no kind");
	is_str(function_at(profile, b, 0), "lib?fake.so+0x2000", "the leaf is first");
	is_str(function_at(profile, b, 2), "[unknown]+0x123456", "an address of no object");
	ok(location->mapping_id == 0 && location->address == 0x123456, "has no mapping");
	is_str(function_at(profile, b, 3), "[truncated]", "a cut stack");
	is_u64(profile->n_location, 6, "each location once");
}

static void check_block_samples(const Profile *profile)
{
	is_u64(profile->n_sample, 3, "kinds are told apart");
	is_u64(find_sample(profile, 3, "mutex")->value[1], 20, "mutex waits");
	is_u64(find_sample(profile, 3, "cond")->value[1], 70, "condition waits");
	is_str(text(profile, find_sample(profile, 3, "cond")->label[0]->key), "kind", "the label's key");
	is_str(function_at(profile, find_sample(profile, 1, "cond"), 0), "[overflow]", "what no longer fitted");
}

static unsigned comments_with(const Profile *profile, const char *words)
{
	unsigned count = 0;

	for (size_t i = 0; i < profile->n_comment; i++)
		count += strstr(text(profile, profile->comment[i]), words) != NULL;
	return count;
}

static void check_comments(const Profile *profile)
{
	unsigned shown = 0;

	for (size_t i = 0; i < profile->n_comment; i++)
		shown += text(profile, profile->comment[i])[0] != '#';
	is_u64(shown, 1, "one comment is shown in every report");
	is_u64(comments_with(profile, "1 release in 5"), 1, "it tells how it was sampled");
	is_u64(comments_with(profile, "# mutex fraction 5, block rate 1000000 ns"), 1, "the knobs");
	is_u64(comments_with(profile, "# lost: 12 stacks cut at CONTEND_DEPTH"), 1, "a loss");
	is_u64(comments_with(profile, "# lost:"), 1, "and no other");
	is_u64(comments_with(profile, "500000 fs"), 1, "the clock");
	is_u64(comments_with(profile,
			     "# overhead: 2500 ns in 70 recording calls and in dumps, 1.25 % of 200000 ns of CPU"),
	       1, "what recording cost");
	is_u64(comments_with(profile, "# overhead bound: 1.25 %; to keep it, sampling was changed 18 times"), 1,
	       "its bound");
	is_u64(comments_with(profile, "# overhead from "), GOVERNOR_CHANGES, "what was done to keep it");
	is_u64(comments_with(
		       profile,
		       "from 3 ms on: mutex fraction 10, block rate 2000000 ns, 1 lock in 8; it was 1.50 % before"),
	       1, "when, what and why");
}

static void check_main_unseen(void)
{
	struct region *region = fake_region_new();
	Profile *profile;

	fake_region_module(region, 2, 0x7f0000000000, 0x100000, "/lib/libother.so");
	fake_region_sample(PROFILE_MUTEX, WAIT_MUTEX, stack_a, 1, 10, 3000);
	profile = written_and_read(region, PROFILE_MUTEX);
	is_u64(profile->n_mapping, 2, "a main executable without code in any stack");
	is_str(text(profile, profile->mapping[0]->filename), "/usr/bin/fake", "is the first mapping all the same");
	is_u64(comments_with(profile, "# lost: nothing"), 1, "no loss is said, too");
	is_u64(comments_with(profile, "# overhead: 0 ns in 0 recording calls and in dumps"), 1, "nor overhead");
	is_u64(comments_with(profile, "# overhead bound"), 0, "no bound is not");
	profile_file_free(profile);
	free(region);
}

static void check_empty(void)
{
	struct region *region = fake_region_new();
	Profile *profile = written_and_read(region, PROFILE_BLOCK);

	is_u64(profile->n_sample, 0, "a profile without samples is a profile");
	check_types(profile);
	profile_file_free(profile);
	free(region);
}

int main(void)
{
	struct region *region = new_region();
	Profile *mutex = written_and_read(region, PROFILE_MUTEX), *block = written_and_read(region, PROFILE_BLOCK);

	check_types(mutex);
	check_types(block);
	check_doc_url(mutex);
	check_numbering(mutex);
	check_numbering(block);
	check_mappings(mutex);
	check_mutex_samples(mutex);
	check_block_samples(block);
	check_comments(mutex);
	profile_file_free(mutex);
	profile_file_free(block);
	free(region);
	check_main_unseen();
	check_empty();
	is_u64(heap_used_bytes(), 0, "all memory is given back");
	return done();
}
