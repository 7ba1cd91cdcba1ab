/* SPDX-License-Identifier: MIT */
/* Goal: a region is read from its file as it is, with its holes; nothing else is taken for one, waited for, or written to. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "heap.h"
#include "region_file.h"
#include "snapshot_fixture.h"

static int read_region(const char *path)
{
	struct region_file file = {0};
	int error = region_file_read(path, &file);

	region_file_free(&file);
	return error;
}

static void check_file(struct region *region)
{
	struct snapshot_moment moment = FAKE_MOMENT;
	struct stat status;
	struct region_file file;

	write_file("region", region, FAKE_REGION_BYTES);
	is_u64(region_file_read("region", &file), 0, "a region is read from its file");
	ok(file.bytes == FAKE_REGION_BYTES && memcmp(file.region, region, file.bytes) == 0, "as it is");
	snapshot_clock_keep(&file.region->header, 0.125);
	write_file("mine", "precious\n", 9);
	if (rename("region", "moved") || link("mine", "region"))
		abort();
	region_file_write_clock(&file);
	ok(stat("mine", &status) == 0 && status.st_size == 9, "what was put in its place meanwhile is not written to");
	if (rename("moved", "region"))
		abort();
	region_file_free(&file);
	is_u64(region_file_read("region", &file), 0, "read again");
	near_ratio(snapshot_clock_ns_per_tick(&file.region->header, &moment), 0.125, 0,
		   "the clock that a report found stays in the file");
	region_file_free(&file);
	if (truncate("region", FAKE_REGION_BYTES - 4096) || symlink("region", "link") || mkfifo("pipe", 0600))
		abort();
	is_u64(-read_region("region"), EBADMSG, "a file that is shorter than it says");
	is_u64(-read_region("link"), ELOOP, "a link is not followed");
	is_u64(-read_region("pipe"), EBADMSG, "a pipe is no region, and not waited for");
	is_u64(-read_region("none"), ENOENT, "no file");
	if (truncate("region", 0) || truncate("region", INT64_C(1) << 40))
		abort();
	is_u64(-read_region("region"), EFBIG, "a file larger than any region");
	region->header.version = 999;
	write_file("region", region, FAKE_REGION_BYTES);
	region->header.version = REGION_VERSION;
	is_u64(-read_region("region"), EPROTO, "another version");
	write_file("region", "text\n", 5);
	is_u64(-read_region("region"), EBADMSG, "another file");
}

static void check_sparse(void)
{
	struct region_file file;
	struct stat before, after;
	struct region *region = new_region();
	char path[] = "/dev/shm/contend-region.XXXXXX";
	int descriptor = mkstemp(path);

	if (descriptor < 0 || ftruncate(descriptor, FAKE_REGION_BYTES) ||
	    pwrite(descriptor, region, sizeof(*region) + 65536, 0) < 0)
		abort();
	fstat(descriptor, &before);
	is_u64(region_file_read(path, &file), 0, "a region with holes");
	fstat(descriptor, &after);
	is_u64(after.st_blocks, before.st_blocks, "keeps them");
	region_file_free(&file);
	unlink(path);
	close(descriptor);
	free(region);
}

int main(void)
{
	struct region *region = new_region();

	check_file(region);
	check_sparse();
	is_u64(heap_used_bytes(), 0, "all memory is given back");
	free(region);
	return done();
}
