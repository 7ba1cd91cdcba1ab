/* SPDX-License-Identifier: MIT */
/* every_instruction LIBCONTEND: a process that may be killed at any moment leaves a region that is consistent.
 *
 * Runs itself once more under the library, makes each call of every_instruction_calls.h there instruction by instruction, one thread at a
 * time, and holds the region against region_check after each instruction of the library that changed a byte of it. All threads stand still
 * then: what is demanded is what is demanded of the region of a process that was killed there. Each fault is shown with the place of the
 * instruction behind which it began.
 *
 * processor: x86_64
 * flags: -iquote sampling -iquote report -iquote .
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/uio.h>

#include "every_instruction_calls.h"
#include "lockstep.h"
#include "mappings.h"
#include "region_check.h"

enum {
	PAGE_BYTES = 4096,
	FAULTS_BYTES = 4096,
	NEAR_BYTES = 65536, /* from the region: what points there may be meant for it */
	POINTERS = 15,      /* registers that may point somewhere, at the begin of struct user_regs_struct */
};

static struct {
	uint64_t code_begin, code_end, code_offset;
	char region_path[4096];
	uint64_t region_begin; /* there */
	const char *region;    /* mapped here, as it changes there */
	size_t region_bytes;
	char *seen; /* the region, as it was when it was checked last */
} watched;

/* What an instruction is. */
enum step {
	STEP_OUTSIDE, /* of the library */
	STEP_SILENT, /* no register points near the region: taken not to write there; behind the last of a row that is checked */
	STEP_WRITING, /* it may */
};

/* The instruction before. */
static struct {
	enum step step;
	uint64_t address;
} last;

/* The call that is being checked. */
static struct {
	char name[64]; /* "": none is */
	unsigned steps, changes, late, faults;
	char found[FAULTS_BYTES]; /* what was wrong when it was checked last */
} call;

static struct {
	unsigned calls, steps, changes;
} all;

static void note_mapping(const struct mapping *mapping)
{
	const char *name = strrchr(mapping->path, '/');

	if (!strcmp(mapping->kind, "r-xp") && name && !strcmp(name, "/libcontend.so")) {
		watched.code_begin = mapping->begin;
		watched.code_end = mapping->end;
		watched.code_offset = mapping->offset;
	} else if (!strcmp(mapping->kind, "rw-s") && strstr(mapping->path, "/contend-") && !mapping->offset) {
		watched.region_begin = mapping->begin;
		snprintf(watched.region_path, sizeof(watched.region_path), "%s", mapping->path);
	}
}

static void find_mappings(void)
{
	FILE *maps = mappings_open(lockstep.pid);
	struct mapping mapping;

	while (mappings_next(maps, &mapping))
		note_mapping(&mapping);
	mappings_close(maps);
	if (!watched.code_end || !watched.region_path[0])
		lockstep_fail("the library is not there, or has no region");
}

static void map_region(void)
{
	int file = open(watched.region_path, O_RDONLY | O_CLOEXEC);
	void *memory;

	watched.region_bytes = file < 0 ? 0 : lseek(file, 0, SEEK_END);
	memory = mmap(NULL, watched.region_bytes, PROT_READ, MAP_SHARED, file, 0);
	watched.seen = calloc(1, watched.region_bytes);
	if (memory == MAP_FAILED || !watched.seen)
		lockstep_fail("the region cannot be mapped");
	watched.region = memory;
	close(file);
}

/* Since this was asked last. */
static bool region_has_changed(void)
{
	bool has_changed = false;

	for (size_t at = 0; at < watched.region_bytes; at += PAGE_BYTES)
		if (memcmp(watched.region + at, watched.seen + at, PAGE_BYTES)) {
			memcpy(watched.seen + at, watched.region + at, PAGE_BYTES);
			has_changed = true;
		}
	return has_changed;
}

static void add_fault(const char *line, void *found)
{
	size_t used = strlen(found);

	snprintf((char *)found + used, FAULTS_BYTES - used, "# %s\n", line);
}

/* For the library the address in its file, as addr2line takes it. */
static const char *last_place(void)
{
	static char place[64];

	if (last.step == STEP_OUTSIDE)
		snprintf(place, sizeof(place), "what it calls");
	else
		snprintf(place, sizeof(place), "libcontend.so+%#lx",
			 (unsigned long)(last.address - watched.code_begin + watched.code_offset));
	return place;
}

/* What was wrong already, and is so in the same way, is not said again. */
static void check_region(void)
{
	struct region_check_summary summary;
	char found[FAULTS_BYTES] = "";

	region_check((const struct region *)watched.region, watched.region_bytes, REGION_CHECK_STILL, add_fault, found,
		     &summary);
	if (found[0] && strcmp(found, call.found)) {
		call.faults++;
		printf("# %s, behind %s:\n%s", call.name, last_place(), found);
	}
	memcpy(call.found, found, sizeof(found));
}

static void look_behind_last(void)
{
	if (!region_has_changed())
		return;
	call.changes++;
	call.late += last.step == STEP_SILENT;
	check_region();
}

static bool points_near_region(const struct user_regs_struct *registers)
{
	const unsigned long long *pointers = (const unsigned long long *)registers;

	for (unsigned i = 0; i < POINTERS; i++)
		if (pointers[i] - watched.region_begin + NEAR_BYTES < watched.region_bytes + 2 * NEAR_BYTES)
			return true;
	return false;
}

static enum step step_of(const struct user_regs_struct *registers)
{
	if (registers->rip < watched.code_begin || registers->rip >= watched.code_end)
		return STEP_OUTSIDE;
	return points_near_region(registers) ? STEP_WRITING : STEP_SILENT;
}

static void take_step(const struct user_regs_struct *registers)
{
	enum step step = step_of(registers);

	if (call.name[0] && (last.step == STEP_WRITING || last.step != step))
		look_behind_last();
	call.steps += step != STEP_OUTSIDE;
	last.step = step;
	last.address = registers->rip;
}

static void end_call(void)
{
	if (!call.name[0])
		return;
	look_behind_last();
	ok(call.faults == 0 && call.changes != 0, "%s: consistent after each of %u changes, in %u instructions",
	   call.name, call.changes, call.steps);
	is_u64(call.late, 0, "%s: each was seen when it was made", call.name);
	all.calls++;
	all.steps += call.steps;
	all.changes += call.changes;
}

static void begin_call(const char *name)
{
	memset(&call, 0, sizeof(call));
	snprintf(call.name, sizeof(call.name), "%s", name);
	last.step = STEP_OUTSIDE;
	(void)region_has_changed();
}

static void take_mark(uint64_t what)
{
	char name[sizeof(call.name)] = "";
	struct iovec here = {name, sizeof(name) - 1}, there = {(void *)what, sizeof(name) - 1};

	if (process_vm_readv(lockstep.pid, &here, 1, &there, 1, 0) <= 0)
		lockstep_fail("a name cannot be read");
	end_call();
	begin_call(name);
	lockstep.is_fast = !call.name[0];
}

/* True: a calls_mark that says nothing. */
static bool take_call(const struct user_regs_struct *registers)
{
	bool is_mark = registers->rax == SYS_sched_yield && registers->rsi == CALLS_MARK;

	if (is_mark && registers->rdi)
		take_mark(registers->rdi);
	if (registers->rax == SYS_exit_group) {
		end_call();
		lockstep.is_over = true;
	}
	return is_mark && !registers->rdi;
}

int main(int argc, char **argv)
{
	char *const arguments[] = {argv[0], NULL};

	if (argc < 2)
		return calls_make_all();
	lockstep.take_call = take_call;
	lockstep.step = take_step;
	if (!lockstep_start(arguments, argv[1])) {
		printf("processes cannot be traced here\n");
		return 77;
	}
	find_mappings();
	map_region();
	lockstep_run();
	unlink(watched.region_path);
	is_u64(all.calls, CALLS_COUNT, "all calls were made");
	printf("# shown: %u instructions of the library, after %u of which the region was another\n", all.steps,
	       all.changes);
	return done();
}
