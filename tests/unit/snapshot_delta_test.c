/* SPDX-License-Identifier: MIT */
/* Goal: the difference of two snapshots is what happened between them, sample by sample, never negative; and profiles whose ids are
 * any numbers become ones whose ids are positions, and mean the same. */
#include "check.h"
#include "heap.h"
#include "profile_ids.h"
#include "snapshot_delta.h"

typedef Perftools__Profiles__Profile Profile;

static const uint64_t one[] = {0x1000000400000, 0x1000000400010};
static const uint64_t other[] = {0x1000000400000, 0x1000000400020};

static struct snapshot_sample sample(const uint64_t *frames, enum wait_kind kind, int64_t count, int64_t delay_ns)
{
	return (struct snapshot_sample){.profile = PROFILE_BLOCK,
					.kind = kind,
					.depth = 2,
					.frames = frames,
					.count = count,
					.delay_ns = delay_ns};
}

static const struct snapshot_sample *find(const struct snapshot *snapshot, const uint64_t *frames, enum wait_kind kind)
{
	for (size_t i = 0; i < snapshot->sample_count; i++)
		if (snapshot->samples[i].frames == frames && snapshot->samples[i].kind == kind)
			return &snapshot->samples[i];
	return NULL;
}

static void differences_are_exact(void)
{
	struct snapshot_sample before[] = {sample(one, WAIT_MUTEX, 10, 1000), sample(one, WAIT_COND, 3, 30),
					   sample(other, WAIT_MUTEX, 7, 70)};
	struct snapshot_sample after[] = {sample(one, WAIT_COND, 3, 30), sample(other, WAIT_COND, 5, 50),
					  sample(one, WAIT_MUTEX, 12, 1500), sample(other, WAIT_MUTEX, 7, 75)};
	struct snapshot older = {.samples = before, .sample_count = 3, .taken_wall_ns = 500, .handoff_ns = 9};
	struct snapshot newer = {.samples = after, .sample_count = 4, .taken_wall_ns = 900, .handoff_ns = 10};
	const struct snapshot_sample *found;

	older.overhead = (struct snapshot_overhead){.own_ns = 100, .calls = 10, .cpu_ns = 5000};
	newer.overhead = (struct snapshot_overhead){.own_ns = 130, .calls = 12, .cpu_ns = 6000};
	older.losses[0] = 4;
	newer.losses[0] = 6;
	older.losses[1] = 2;
	is_u64(snapshot_subtract(&newer, &older), 0, "it can be subtracted");
	is_u64(newer.sample_count, 3, "samples that grew");
	found = find(&newer, one, WAIT_MUTEX);
	ok(found && found->count == 2 && found->delay_ns == 500, "what grew is what was added");
	found = find(&newer, other, WAIT_COND);
	ok(found && found->count == 5 && found->delay_ns == 50, "what is new is all there");
	found = find(&newer, other, WAIT_MUTEX);
	ok(found && found->count == 0 && found->delay_ns == 5, "time without an event is kept");
	ok(!find(&newer, one, WAIT_COND), "what did not change is gone");
	is_u64(newer.losses[0], 2, "losses in between");
	ok(newer.losses[1] == 0, "a loss that seems to shrink is none");
	is_u64(newer.handoff_ns, 1, "hand-off in between");
	ok(newer.overhead.own_ns == 30 && newer.overhead.calls == 2, "overhead in between");
	is_u64(newer.overhead.cpu_ns, 1000, "CPU time in between");
	is_u64(newer.started_wall_ns, 500, "it begins when the older was taken");
	ok(newer.is_interval, "it knows what it is");
}

static void equal_stacks_count_together(void)
{
	struct snapshot_sample before[] = {sample(one, WAIT_MUTEX, 3, 30), sample(one, WAIT_MUTEX, 4, 40)};
	struct snapshot_sample after[] = {sample(one, WAIT_MUTEX, 5, 50), sample(one, WAIT_MUTEX, 6, 60)};
	struct snapshot older = {.samples = before, .sample_count = 2}, newer = {.samples = after, .sample_count = 2};

	newer.overhead.cpu_ns = 5000;
	is_u64(snapshot_subtract(&newer, &older), 0, "it can be subtracted");
	is_u64(newer.overhead.cpu_ns, 0, "CPU time of which only the end is known is not known");
	is_u64(newer.sample_count, 1, "equal stacks are one");
	is_u64(newer.samples[0].count, 4, "their events");
	is_u64(newer.samples[0].delay_ns, 40, "their time");
}

/* Stacks that differ in what they carry are no equal stacks; of equal ones the longest is the longest of all. */
static void numbers_are_told_apart(void)
{
	struct snapshot_sample after[6], before[2];
	struct snapshot older = {.samples = before, .sample_count = 2}, newer = {.samples = after, .sample_count = 6};

	for (int i = 0; i < 6; i++)
		after[i] = sample(one, WAIT_MUTEX, 5, 500);
	after[1].lock = 1;
	after[2].labels = 1;
	after[3].waiter_labels = 1;
	after[4].delay_class = after[5].delay_class = 7;
	after[4].longest_ns = 100;
	after[5].longest_ns = 120;
	before[0] = after[1];
	before[1] = after[4];
	before[0].count = 2;
	is_u64(snapshot_subtract(&newer, &older), 0, "it can be subtracted");
	is_u64(newer.sample_count, 5, "a lock, labels, a waiter's labels and a delay class tell samples apart");
	is_u64(newer.samples[1].count, 3, "each is found in the older one");
	is_u64(newer.samples[0].count, 5, "or not");
	is_u64(newer.samples[4].longest_ns, 120, "the longest came in between");
}

static void the_longest_in_between(void)
{
	struct snapshot_sample before[] = {sample(one, WAIT_MUTEX, 1, 100)},
			       after[] = {sample(one, WAIT_MUTEX, 2, 200)};
	struct snapshot older = {.samples = before, .sample_count = 1}, newer = {.samples = after, .sample_count = 1};

	before[0].delay_class = after[0].delay_class = 7;
	before[0].longest_ns = after[0].longest_ns = 100;
	is_u64(snapshot_subtract(&newer, &older), 0, "it can be subtracted");
	is_u64(newer.samples[0].longest_ns, 64, "if the longest came before, the class is known");
}

static void what_shrinks_is_nothing(void)
{
	struct snapshot_sample before[] = {sample(one, WAIT_MUTEX, 10, 1000)};
	struct snapshot_sample after[] = {sample(one, WAIT_MUTEX, 9, 999)};
	struct snapshot older = {.samples = before, .sample_count = 1}, newer = {.samples = after, .sample_count = 1};

	is_u64(snapshot_subtract(&newer, &older), 0, "it can be subtracted");
	is_u64(newer.sample_count, 0, "what seems to shrink is nothing");
}

/* Two functions at two locations of one mapping, and one sample of both. */
static void ids_become_positions(void)
{
	Perftools__Profiles__Mapping mapping = PERFTOOLS__PROFILES__MAPPING__INIT, *mappings[] = {&mapping};
	Perftools__Profiles__Function f = PERFTOOLS__PROFILES__FUNCTION__INIT, g = f, *functions[] = {&f, &g};
	Perftools__Profiles__Line line_f = PERFTOOLS__PROFILES__LINE__INIT, line_g = line_f, line_g_too = line_f;
	Perftools__Profiles__Line *at_a[] = {&line_g, &line_f}, *at_b[] = {&line_g_too};
	Perftools__Profiles__Location a = PERFTOOLS__PROFILES__LOCATION__INIT, b = a, *locations[] = {&a, &b};
	Perftools__Profiles__Sample both = PERFTOOLS__PROFILES__SAMPLE__INIT, *samples[] = {&both};
	uint64_t stack[] = {3, 900};
	Profile profile = PERFTOOLS__PROFILES__PROFILE__INIT;

	mapping.id = 5;
	f.id = line_f.function_id = UINT64_MAX;
	g.id = line_g.function_id = line_g_too.function_id = 1;
	a.id = 900;
	b.id = 3;
	a.mapping_id = 5;
	a.line = at_a;
	a.n_line = 2;
	b.line = at_b;
	b.n_line = 1;
	both.location_id = stack;
	both.n_location_id = 2;
	profile.mapping = mappings;
	profile.function = functions;
	profile.location = locations;
	profile.sample = samples;
	profile.n_mapping = profile.n_sample = 1;
	profile.n_function = profile.n_location = 2;
	is_u64(profile_ids_make_positions(&profile), 0, "ids can be changed");
	ok(mapping.id == 1 && f.id == 1 && g.id == 2 && a.id == 1 && b.id == 2, "ids are positions");
	ok(a.mapping_id == 1 && b.mapping_id == 0, "locations have their mappings, or none");
	ok(line_f.function_id == 1 && line_g.function_id == 2 && line_g_too.function_id == 2,
	   "lines have their functions");
	ok(stack[0] == 2 && stack[1] == 1, "samples have their locations");
	is_u64(profile_ids_make_positions(&profile), 0, "ids can be changed");
	ok(stack[0] == 2 && line_g.function_id == 2, "once more changes nothing");
}

int main(void)
{
	size_t before = heap_used_bytes();

	differences_are_exact();
	equal_stacks_count_together();
	numbers_are_told_apart();
	the_longest_in_between();
	what_shrinks_is_nothing();
	ids_become_positions();
	is_u64(heap_used_bytes(), before, "no memory is kept");
	return done();
}
