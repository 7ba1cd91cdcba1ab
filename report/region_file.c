/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel.h"
#include "region_file.h"
#include "region_layout.h"

enum { PAGE_BYTES = 4096, READS_LIMIT = 100 };

#define REGION_FILE_LIMIT_BYTES (UINT64_C(1) << 32) /* the most that CONTEND_MEMORY takes */

static int read_fully(long descriptor, char *out_bytes, size_t bytes, uint64_t offset)
{
	while (bytes > 0) {
		long count = KERNEL_CALL(pread64, descriptor, out_bytes, bytes, offset);

		if (count == -EINTR)
			continue;
		if (count <= 0)
			return count ? (int)count : -EBADMSG;
		out_bytes += count;
		offset += count;
		bytes -= count;
	}
	return 0;
}

/* A page that never stands still is taken as it is in the end: its samples may then be off by one event each. */
static int read_page(long descriptor, char *out_page, uint64_t offset)
{
	char again[PAGE_BYTES];
	int error = read_fully(descriptor, out_page, PAGE_BYTES, offset);

	for (int reads = 1; reads < READS_LIMIT && !error; reads++) {
		error = read_fully(descriptor, again, PAGE_BYTES, offset);
		if (error || memcmp(again, out_page, PAGE_BYTES) == 0)
			break;
		memcpy(out_page, again, PAGE_BYTES);
	}
	return error;
}

/* Reads all data from `begin` to `end`, multiples of a page, and skips holes. */
static int read_data(long descriptor, char *out_bytes, uint64_t begin, uint64_t end)
{
	uint64_t offset = begin;
	int error = 0;

	while (offset < end && !error) {
		long data = KERNEL_CALL(lseek, descriptor, offset, SEEK_DATA);
		long hole = data < 0 ? data : KERNEL_CALL(lseek, descriptor, data, SEEK_HOLE);

		if (data == -ENXIO)
			return 0;
		if (hole < 0)
			return hole;
		for (offset = data & -PAGE_BYTES; offset < (uint64_t)hole && offset < end && !error;
		     offset += PAGE_BYTES)
			error = read_page(descriptor, out_bytes + offset, offset);
	}
	return error;
}

/* Where the records of the threads begin; 0 if that makes no sense. */
static uint64_t find_records(long descriptor, uint64_t bytes)
{
	uint32_t depth;
	int error = read_fully(descriptor, (char *)&depth, sizeof(depth), offsetof(struct region, header.depth));

	if (error || !region_layout_exists(bytes, depth))
		return 0;
	return region_layout_of(bytes, depth).records_begin & -(uint64_t)PAGE_BYTES;
}

/* The samples come before modules and labels in the time of reading or these do not hold all that they refer to; they are read once
 * more at the end. */
static int read_modules(long descriptor, char *out_bytes)
{
	uint64_t begin = offsetof(struct region, modules) & -(uint64_t)PAGE_BYTES;
	int error = 0;

	for (uint64_t at = begin; at < offsetof(struct region, waiters) && !error; at += PAGE_BYTES)
		error = read_page(descriptor, out_bytes + at, at);
	return error;
}

/* Was all forgotten while it was read, so that a part of it is older than that? */
static bool was_reset(long descriptor, const struct region *copy)
{
	uint32_t before = atomic_load_explicit(&copy->reset.number, memory_order_relaxed), number = before;

	return read_fully(descriptor, (char *)&number, sizeof(number), offsetof(struct region, reset.number)) == 0 &&
	       (number != before || number % 2 != 0);
}

static int check_header(const struct region *region, uint64_t bytes)
{
	uint64_t magic = atomic_load_explicit(&region->header.magic, memory_order_relaxed);

	if (magic != REGION_MAGIC)
		return magic ? -EBADMSG : -EINPROGRESS;
	if (region->header.version != REGION_VERSION)
		return -EPROTO;
	return region->header.bytes == bytes ? 0 : -EBADMSG;
}

static int read_once(long descriptor, char *out_bytes, uint64_t bytes)
{
	uint64_t records_begin = find_records(descriptor, bytes);
	int error = read_data(descriptor, out_bytes, records_begin, bytes);

	if (!error)
		error = read_data(descriptor, out_bytes, 0, records_begin);
	if (!error)
		error = check_header((const struct region *)out_bytes, bytes);
	return error ? error : read_modules(descriptor, out_bytes);
}

/* Who is reset again and again is taken as it is in the end. */
static int read_all(long descriptor, struct region *out_region, uint64_t bytes)
{
	int error = read_once(descriptor, (char *)out_region, bytes);

	for (int reads = 1; reads < READS_LIMIT && !error && was_reset(descriptor, out_region); reads++)
		error = read_once(descriptor, (char *)out_region, bytes);
	return error;
}

static int read_region(long descriptor, struct region_file *out_file)
{
	struct region_file file = {0};
	struct stat status;
	long memory;
	int error = KERNEL_CALL(fstat, descriptor, &status);

	if (error)
		return error;
	if (S_ISREG(status.st_mode) && status.st_size == 0)
		return -EINPROGRESS;
	if (!S_ISREG(status.st_mode) || status.st_size < (off_t)sizeof(struct region) || status.st_size % PAGE_BYTES)
		return -EBADMSG;
	if ((uint64_t)status.st_size > REGION_FILE_LIMIT_BYTES)
		return -EFBIG;
	file.bytes = status.st_size;
	file.owner = status.st_uid;
	file.descriptor = descriptor;
	memory = KERNEL_CALL(mmap, NULL, file.bytes, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
	if (memory < 0 && memory > -PAGE_BYTES)
		return memory;
	file.region = (struct region *)memory;
	error = read_all(descriptor, file.region, file.bytes);
	if (error)
		KERNEL_CALL(munmap, memory, file.bytes);
	else
		*out_file = file;
	return error;
}

/* descriptor: ours from here on; or -errno, and that is the answer. */
static int read_opened(long descriptor, struct region_file *out_file)
{
	int error;

	if (descriptor < 0)
		return descriptor;
	error = read_region(descriptor, out_file);
	if (error)
		KERNEL_CALL(close, descriptor);
	return error;
}

int region_file_read_at(long directory, const char *path, struct region_file *out_file)
{
	return read_opened(
		KERNEL_CALL(openat, directory, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY),
		out_file);
}

int region_file_read(const char *path, struct region_file *out_file)
{
	return region_file_read_at(AT_FDCWD, path, out_file);
}

int region_file_read_again(const struct region_file *file, struct region_file *out_file)
{
	return read_opened(KERNEL_CALL(fcntl, file->descriptor, F_DUPFD_CLOEXEC, 0), out_file);
}

int region_file_open_to_write(const struct region_file *file)
{
	char link[32];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", file->descriptor);
	return (int)KERNEL_CALL(openat, AT_FDCWD, link, O_WRONLY | O_CLOEXEC);
}

/* So many bytes of the copy's header. */
static void write_back(const struct region_file *file, uint64_t offset, size_t bytes)
{
	int descriptor = region_file_open_to_write(file);

	if (descriptor < 0)
		return;
	KERNEL_CALL(pwrite64, descriptor, (const char *)file->region + offset, bytes, offset);
	KERNEL_CALL(close, descriptor);
}

void region_file_write_clock(const struct region_file *file)
{
	write_back(file, offsetof(struct region, header.ns_per_tick), sizeof(file->region->header.ns_per_tick));
}

void region_file_write_shown(const struct region_file *file)
{
	write_back(file, offsetof(struct region, header.shown_until_ticks),
		   sizeof(file->region->header.shown_until_ticks));
}

void region_file_free(struct region_file *file)
{
	if (file->region) {
		KERNEL_CALL(munmap, file->region, file->bytes);
		KERNEL_CALL(close, file->descriptor);
	}
	*file = (struct region_file){0};
}
