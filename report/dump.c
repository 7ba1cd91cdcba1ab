/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "heap.h"
#include "kernel.h"
#include "output_name.h"
#include "pprof.h"
#include "process.h"
#include "profile_file.h"
#include "snapshot_names.h"
#include "dump.h"

enum { NAMES_TRIED = 10000, TEMPORARIES_TRIED = 100, NAME_ROOM_BYTES = 32 /* ".<number>.block.pb.gz" */ };

/* One profile on its way to a file. */
struct dump_profile {
	uint8_t *bytes;
	size_t count;
	char temporary[DUMP_PATH_BYTES]; /* "" while there is none */
};

struct dump {
	const struct snapshot *snapshot;
	const struct dump_request *request;
	struct output_name name;
	char base[DUMP_PATH_BYTES]; /* path without .<profile>.pb.gz */
	struct utsname host;
	struct dump_profile profiles[PROFILE_COUNT]; /* of those that are not kept all is 0 */
};

static int write_fully(long descriptor, const uint8_t *bytes, size_t count)
{
	while (count > 0) {
		long written = KERNEL_CALL(write, descriptor, bytes, count);

		if (written == -EINTR)
			continue;
		if (written < 0)
			return written;
		bytes += written;
		count -= written;
	}
	return 0;
}

/* Creates an empty file that nobody else has, in the directory of the files to come. */
static long create_temporary(const struct dump *dump, char *out_path)
{
	const char *slash = strrchr(dump->base, '/');
	int directory_bytes = slash ? slash + 1 - dump->base : 0;
	long pid = KERNEL_CALL(getpid);
	long descriptor = -EEXIST;

	for (int i = 0; i < TEMPORARIES_TRIED && descriptor == -EEXIST; i++) {
		int bytes = snprintf(out_path, DUMP_PATH_BYTES, "%.*s.contend.%ld.%d.tmp", directory_bytes, dump->base,
				     pid, i);

		if (bytes >= DUMP_PATH_BYTES)
			return -ENAMETOOLONG;
		descriptor = KERNEL_CALL(openat, AT_FDCWD, out_path,
					 O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	}
	return descriptor;
}

static int write_temporary(const struct dump *dump, struct dump_profile *profile)
{
	long descriptor = -EFBIG;
	int error, close_error;

	if (profile->count <= process_file_limit_bytes()) /* beyond it a write would end the program */
		descriptor = create_temporary(dump, profile->temporary);
	if (descriptor < 0) {
		profile->temporary[0] = '\0';
		return descriptor;
	}
	error = write_fully(descriptor, profile->bytes, profile->count);
	close_error = KERNEL_CALL(close, descriptor); /* network file systems tell only here */
	return error ? error : close_error;
}

static int pack_profile(const struct dump *dump, const struct symbols *symbols, enum profile which,
			struct dump_profile *out_profile)
{
	struct arena arena = {0};
	Perftools__Profiles__Profile *message;
	int error = pprof_build(dump->snapshot, symbols, which, &arena, &message);

	if (!error)
		error = profile_file_pack(message, &out_profile->bytes, &out_profile->count);
	arena_free(&arena);
	return error;
}

static int pack_profiles(struct dump *dump)
{
	struct symbols *symbols;
	int error = symbols_resolve(dump->snapshot, dump->request->root, &symbols);

	if (error)
		return error;
	for (int which = 0; which < PROFILE_COUNT && !error; which++)
		if (snapshot_has_profile(dump->snapshot, which))
			error = pack_profile(dump, symbols, which, &dump->profiles[which]);
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

/* Renames unless the new name exists. Where the file system cannot, a second name and the removal of the first do it.
 */
static int rename_exclusively(const char *from, const char *to)
{
	int error = KERNEL_CALL(renameat2, AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);

	if (error != -EINVAL && error != -ENOSYS)
		return error;
	error = KERNEL_CALL(linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
	if (!error)
		KERNEL_CALL(unlinkat, AT_FDCWD, from, 0);
	return error;
}

/* Gives all temporary files their names; if one is taken, none has it: -EEXIST. */
static int publish(struct dump *dump, struct dump_result *result)
{
	int error = 0;
	int which;

	for (which = 0; which < PROFILE_COUNT && !error; which++) {
		result->paths[which][0] = '\0';
		if (!snapshot_has_profile(dump->snapshot, which))
			continue;
		snprintf(result->paths[which], DUMP_PATH_BYTES, "%.*s.%s.pb.gz", DUMP_PATH_BYTES - NAME_ROOM_BYTES / 2,
			 dump->base, snapshot_profile_name(which));
		error = rename_exclusively(dump->profiles[which].temporary, result->paths[which]);
	}
	if (!error)
		return 0;
	for (which -= 2; which >= 0; which--)
		if (snapshot_has_profile(dump->snapshot, which))
			KERNEL_CALL(renameat2, AT_FDCWD, result->paths[which], AT_FDCWD,
				    dump->profiles[which].temporary, 0);
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
		result->bytes[which] = dump->profiles[which].count;
	return error;
}

static void describe(struct dump *dump)
{
	const char *slash = strrchr(dump->snapshot->program, '/');

	if (KERNEL_CALL(uname, &dump->host))
		dump->host.nodename[0] = '\0';
	dump->name = (struct output_name){
		.pattern = dump->request->pattern,
		.directory = dump->request->directory,
		.program = slash ? slash + 1 : dump->snapshot->program,
		.host = dump->host.nodename,
		.pid = dump->snapshot->pid,
		.sequence = dump->snapshot->dump_sequence,
		.wall_ns = dump->snapshot->taken_wall_ns,
	};
}

static int write_all(struct dump *dump, struct dump_result *result)
{
	int error = name_files(dump, false, 0);

	if (!error)
		error = pack_profiles(dump);
	for (int which = 0; which < PROFILE_COUNT && !error; which++)
		if (snapshot_has_profile(dump->snapshot, which))
			error = write_temporary(dump, &dump->profiles[which]);
	return error ? error : publish_under_free_name(dump, result);
}

int dump_write(const struct snapshot *snapshot, const struct dump_request *request, struct dump_result *out_result)
{
	struct dump *dump = heap_alloc_array(1, sizeof(*dump)); /* too large for the stack of a signal handler */
	int error;

	if (!dump)
		return -ENOMEM;
	dump->snapshot = snapshot;
	dump->request = request;
	describe(dump);
	error = write_all(dump, out_result);
	for (int which = 0; which < PROFILE_COUNT; which++) {
		if (error && dump->profiles[which].temporary[0])
			KERNEL_CALL(unlinkat, AT_FDCWD, dump->profiles[which].temporary, 0);
		heap_free(dump->profiles[which].bytes);
	}
	heap_free(dump);
	return error;
}

int dump_region(struct region *region, struct dump_result *out_result)
{
	struct snapshot_moment moment;
	struct snapshot *snapshot;
	int error;

	snapshot_clock_now(&moment);
	error = snapshot_take(region, region->header.bytes, &moment, &snapshot);
	if (error)
		return error;
	snapshot_clock_keep(&region->header, snapshot->ns_per_tick);
	struct dump_request request = {.pattern = snapshot->out, .directory = snapshot->directory, .root = ""};

	error = dump_write(snapshot, &request, out_result);
	if (!error)
		atomic_store_explicit(&region->header.dump_sequence, out_result->next_sequence, memory_order_relaxed);
	snapshot_drop(snapshot);
	return error;
}
