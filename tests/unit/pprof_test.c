/* SPDX-License-Identifier: MIT */
/* Goal: the profile says what the snapshot says, in the form that Go writes and every reader of pprof's format accepts;
 * what is read back is checked, and damaged files are errors. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "check.h"
#include "fake_region.h"
#include "heap.h"
#include "pprof.h"
#include "profile_file.h"
#include "random.h"
#include "snapshot.h"
#include "symbols.h"
#include "utf8.h"

enum { MUTATIONS = 4000, FIELD_DOC_URL = 15 };

typedef Perftools__Profiles__Profile Profile;
typedef Perftools__Profiles__Sample Sample;

static const uint64_t stack_a[] = {((uint64_t)2 << 48) + 0x7f0000001000, ((uint64_t)3 << 48) + 0x401234,
				   ((uint64_t)3 << 48) + 0x401300};
/* The same stack, through the number that the library had before it was unloaded and loaded again. */
static const uint64_t stack_a_again[] = {((uint64_t)1 << 48) + 0x7f0000001000, ((uint64_t)3 << 48) + 0x401234,
					 ((uint64_t)3 << 48) + 0x401300};
static const uint64_t stack_b[] = {((uint64_t)2 << 48) + 0x7f0000002000, ((uint64_t)3 << 48) + 0x401300, 0x123456,
				   (uint64_t)FRAME_MODULE_PSEUDO << 48 | FRAME_TRUNCATED};
static const uint64_t overflow[] = {(uint64_t)FRAME_MODULE_PSEUDO << 48 | FRAME_OVERFLOW};

static struct region *new_region(void)
{
	struct region *region = fake_region_new();

	fake_region_module(region, 1, 0x7f0000000000, 0x100000,
			   "/lib/lib\xff"
			   "fake.so");
	fake_region_module(region, 2, 0x7f0000000000, 0x100000,
			   "/lib/lib\xff"
			   "fake.so");
	fake_region_module(region, 3, 0x401000, 0x10000, "/usr/bin/fake");
	region->modules.entries[3].build_id_bytes = 3;
	memcpy(region->modules.entries[3].build_id, "\x0a\xbc\x00", 3);
	fake_region_sample(PROFILE_MUTEX, WAIT_MUTEX, stack_a, 3, 10, 3000);
	fake_region_sample(PROFILE_MUTEX, WAIT_COND, stack_a, 3, 1, 100);
	fake_region_sample(PROFILE_MUTEX, WAIT_MUTEX, stack_a_again, 3, 5, 1000);
	fake_region_sample(PROFILE_MUTEX, WAIT_MUTEX, stack_b, 4, 7, 700);
	fake_region_sample(PROFILE_BLOCK, WAIT_MUTEX, stack_a, 3, 2, 20);
	fake_region_sample(PROFILE_BLOCK, WAIT_COND, stack_a, 3, 3, 30);
	fake_region_sample(PROFILE_BLOCK, WAIT_COND, stack_a_again, 3, 4, 40);
	fake_region_sample(PROFILE_BLOCK, WAIT_COND, overflow, 1, 1, 50);
	region->losses.events[LOSS_STACK_DEEP] = 12;
	thread_table_at(&region->threads, 0)->meter.own_ticks = 5000;
	thread_table_at(&region->threads, 0)->meter.own_calls = 70;
	region->governor.limit_ppm = 12500;
	region->governor.changes = GOVERNOR_CHANGES + 2; /* the first two are forgotten */
	region->governor.last[1] = (struct governor_change){.since_ticks = region->header.started.ticks + 7000000,
							    .rate_ns = 2000000,
							    .fraction = 10,
							    .lock_shift = 3,
							    .overhead_ppm = 15099};
	region->governor.limit_ppm = 12500;
	region->governor.changes = GOVERNOR_CHANGES + 2; /* the first two are forgotten */
	region->governor.last[1] = (struct governor_change){.since_ticks = region->header.started.ticks + 7000000,
							    .rate_ns = 2000000,
							    .fraction = 10,
							    .lock_shift = 3,
							    .overhead_ppm = 15099};
	return region;
}

/* A profile of the region, packed and unpacked again. */
static Profile *written_and_read(const struct region *region, enum profile which)
{
	struct snapshot_moment moment = FAKE_MOMENT;
	struct snapshot *snapshot;
	struct symbols *symbols;
	struct arena arena = {0};
	Profile *built, *read = NULL;
	uint8_t *bytes;
	size_t count;

	moment.cpu_ns = 200000;
	if (snapshot_take(region, FAKE_REGION_BYTES, &moment, &snapshot) || symbols_resolve(snapshot, "", &symbols))
		abort();
	is_u64(pprof_build(snapshot, symbols, which, &arena, &built), 0, "profile %u is built", which);
	is_u64(profile_file_pack(built, &bytes, &count), 0, "and packed");
	is_u64(profile_file_unpack(bytes, count, PROFILE_FILE_LIMITS, &read), 0, "and is a valid profile");
	heap_free(bytes);
	arena_free(&arena);
	symbols_free(symbols);
	snapshot_drop(snapshot);
	return read;
}

static const char *text(const Profile *profile, int64_t number)
{
	return profile->string_table[number];
}

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
	check_file_types();
	check_file_type_names();
	check_delay_classes();
	check_main_unseen();
	check_empty();
	check_validation(region);
	check_files(region);
	check_damage(region);
	free(region);
	is_u64(heap_used_bytes(), 0, "all memory is given back");
	return done();
}
