/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "heap.h"
#include "kernel.h"
#include "new_file.h"
#include "output_name.h"
#include "path.h"
#include "pprof.h"
#include "process.h"
#include "profile_file.h"
#include "snapshot_names.h"
#include "dump.h"

enum { NAMES_TRIED = 10000, NAME_ROOM_BYTES = 32 /* ".<number>.block.pb.gz" */ };

/* One profile on its way to a file. */
struct dump_profile {
	struct dump_packed packed;
	struct new_file file;
};

struct dump {
	const struct snapshot *snapshot;
	const struct dump_request *request;
	struct output_name name;
	char base[DUMP_PATH_BYTES]; /* path without .<profile>.pb.gz */
	struct utsname host;
	struct dump_profile profiles[PROFILE_COUNT]; /* of those that are not kept all is 0 */
};

static int pack_profile(const struct snapshot *snapshot, const struct symbols *symbols, enum profile which,
			struct dump_packed *out_packed)
{
	struct arena arena = {0};
	Perftools__Profiles__Profile *message;
	int error = pprof_build(snapshot, symbols, which, &arena, &message);

	if (!error)
		error = profile_file_pack(message, &out_packed->bytes, &out_packed->count);
	arena_free(&arena);
	return error;
}

static int pack_profiles(const struct snapshot *snapshot, const char *root,
			 struct dump_packed out_packed[PROFILE_COUNT])
{
	struct symbols *symbols;
	int error = symbols_resolve(snapshot, root, &symbols);

	if (error)
		return error;
	for (int which = 0; which < PROFILE_COUNT && !error; which++)
		if (snapshot_has_profile(snapshot, which))
			error = pack_profile(snapshot, symbols, which, &out_packed[which]);
	symbols_free(symbols);
	return error;
}

/* The path without its last part for the present sequence number; attempt 0 is what the pattern says. */
static int name_files(struct dump *dump, bool has_sequence, uint32_t attempt)
{
	int error = output_name_expand(&dump->name, dump->base, sizeof(dump->base) - NAME_ROOM_BYTES);
	size_t bytes;

	if (error || has_sequence || attempt == 0)
		return error;
	bytes = strlen(dump->base);
	snprintf(dump->base + bytes, sizeof(dump->base) - bytes, ".%u", (unsigned)attempt);
	return 0;
}

static void close_files(struct dump *dump)
{
	for (int which = 0; which < PROFILE_COUNT; which++)
		new_file_close(&dump->profiles[which].file);
}

/* All profiles as files that have no names yet, or none. */
static int write_files(struct dump *dump, enum new_file_way way)
{
	int error = 0;

	for (int which = 0; which < PROFILE_COUNT && !error; which++) {
		struct dump_profile *profile = &dump->profiles[which];

		if (snapshot_has_profile(dump->snapshot, which))
			error = new_file_write(way, dump->base, profile->packed.bytes, profile->packed.count,
					       &profile->file);
	}
	if (error)
		close_files(dump);
	return error;
}

/* The paths for the present base; true if one of them is taken. */
static bool find_paths(const struct dump *dump, struct dump_result *result)
{
	struct stat status;
	bool is_taken = false;

	for (int which = 0; which < PROFILE_COUNT; which++) {
		char *path = result->paths[which];

		path[0] = '\0';
		if (!snapshot_has_profile(dump->snapshot, which))
			continue;
		snprintf(path, DUMP_PATH_BYTES, "%.*s.%s.pb.gz", DUMP_PATH_BYTES - NAME_ROOM_BYTES / 2, dump->base,
			 snapshot_profile_name(which));
		is_taken |= KERNEL_CALL(newfstatat, AT_FDCWD, path, &status, AT_SYMLINK_NOFOLLOW) == 0;
	}
	return is_taken;
}

/* Gives all files their names; if one is taken, none has it: -EEXIST. Looking first keeps a file from being seen that goes
 * away again; whoever comes in between is not overwritten either. */
static int publish(struct dump *dump, struct dump_result *result)
{
	int error = find_paths(dump, result) ? -EEXIST : 0;
	int which;

	for (which = 0; which < PROFILE_COUNT && !error; which++)
		if (snapshot_has_profile(dump->snapshot, which))
			error = new_file_name(&dump->profiles[which].file, result->paths[which]);
	if (!error)
		return 0;
	for (which -= 2; which >= 0; which--)
		if (snapshot_has_profile(dump->snapshot, which))
			new_file_unname(&dump->profiles[which].file, result->paths[which]);
	return error;
}

static int publish_under_free_name(struct dump *dump, struct dump_result *result)
{
	bool has_sequence = output_name_has_sequence(dump->request->pattern);
	int error = -EEXIST;

	for (uint32_t attempt = 0; attempt < NAMES_TRIED && error == -EEXIST; attempt++) {
		dump->name.sequence = dump->snapshot->dump_sequence + attempt;
		error = name_files(dump, has_sequence, attempt);
		if (!error)
			error = publish(dump, result);
	}
	result->next_sequence = dump->name.sequence + 1;
	for (int which = 0; which < PROFILE_COUNT; which++)
		result->bytes[which] = dump->profiles[which].packed.count;
	return error;
}

static void describe(struct dump *dump)
{
	if (KERNEL_CALL(uname, &dump->host))
		dump->host.nodename[0] = '\0';
	dump->name = (struct output_name){
		.pattern = dump->request->pattern,
		.directory = dump->request->directory,
		.program = path_base(dump->snapshot->program),
		.host = dump->host.nodename,
		.pid = dump->snapshot->pid,
		.sequence = dump->snapshot->dump_sequence,
		.wall_ns = dump->snapshot->taken_wall_ns,
	};
}

/* Errors that every way of making a file meets. */
static bool is_lasting(int error)
{
	return error == -ENOSPC || error == -EDQUOT || error == -EIO || error == -EROFS || error == -EFBIG ||
	       error == -EEXIST;
}

static int write_all(struct dump *dump, struct dump_result *result)
{
	int error = name_files(dump, false, 0);

	if (error)
		return error;
	for (int way = 0; way < NEW_FILE_WAYS; way++) {
		error = write_files(dump, way);
		if (!error)
			error = publish_under_free_name(dump, result);
		close_files(dump);
		if (!error || is_lasting(error))
			break;
	}
	return error;
}

int dump_write_packed(const struct snapshot *snapshot, const struct dump_request *request,
		      const struct dump_packed packed[PROFILE_COUNT], struct dump_result *out_result)
{
	struct dump *dump = heap_alloc_array(1, sizeof(*dump)); /* too large for the stack of a signal handler */
	int error;

	if (!dump)
		return -ENOMEM;
	dump->snapshot = snapshot;
	dump->request = request;
	for (int which = 0; which < PROFILE_COUNT; which++)
		dump->profiles[which].packed = packed[which];
	describe(dump);
	error = write_all(dump, out_result);
	heap_free(dump);
	return error;
}

int dump_write(const struct snapshot *snapshot, const struct dump_request *request, struct dump_result *out_result)
{
	struct dump_packed packed[PROFILE_COUNT] = {0};
	int error = pack_profiles(snapshot, request->root, packed);

	if (!error)
		error = dump_write_packed(snapshot, request, packed, out_result);
	for (int which = 0; which < PROFILE_COUNT; which++)
		heap_free(packed[which].bytes);
	return error;
}

int dump_region(struct region *region, const char *pattern, struct dump_result *out_result)
{
	struct snapshot_moment moment;
	struct snapshot *snapshot;
	int error;

	snapshot_clock_now(&moment);
	moment.cpu_ns = process_cpu_ns(0);
	error = snapshot_take(region, region->header.bytes, &moment, &snapshot);
	if (error)
		return error;
	snapshot_clock_keep(&region->header, snapshot->ns_per_tick);
	struct dump_request request = {
		.pattern = pattern ? pattern : snapshot->out, .directory = snapshot->directory, .root = ""};

	error = dump_write(snapshot, &request, out_result);
	if (!error && !pattern)
		atomic_store_explicit(&region->header.dump_sequence, out_result->next_sequence, memory_order_relaxed);
	snapshot_drop(snapshot);
	return error;
}
