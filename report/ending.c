/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "ending.h"
#include "path.h"
#include "process.h"
#include "region_layout.h"

/* The inode of the first one: only its numbers are those of the kernel's log. */
#define INITIAL_PID_NAMESPACE UINT64_C(0xeffffffc)

enum holder { HOLDER_NOT_KNOWN, HOLDER_SOMEBODY, HOLDER_NOBODY };

/* A mapping keeps the file open for writing, which the kernel does not let a lease on reading overlook. */
static enum holder find_holder(const struct region_place *place, int flags)
{
	int file = openat((int)place->directory, place->name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | flags);
	enum holder holder = HOLDER_NOT_KNOWN;

	if (file < 0)
		return holder;
	if (fcntl(file, F_SETLEASE, F_RDLCK) == 0)
		holder = HOLDER_NOBODY;
	else if (errno == EAGAIN)
		holder = HOLDER_SOMEBODY;
	close(file);
	return holder;
}

bool ending_is_in_use(const struct region_file *file)
{
	struct region_place place = {.directory = AT_FDCWD};
	char link[32];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", file->descriptor);
	place.name = link;
	return find_holder(&place, 0) != HOLDER_NOBODY;
}

/* Is there a process of that number, and is it the one that started then? out_stat is zero where it cannot be read. */
static bool find_process(pid_t pid, uint64_t process_start, struct process_stat *out_stat)
{
	*out_stat = (struct process_stat){0};
	if (pid <= 0) /* a damaged region */
		return false;
	if (!process_stat_read(pid, out_stat))
		return kill(pid, 0) == 0 || errno != ESRCH;
	return process_start == 0 || out_stat->start_ticks == process_start;
}

/* A process whose first thread has ended looks the same, but has other threads. */
static bool is_zombie(const struct process_stat *stat)
{
	return (stat->state == 'Z' || stat->state == 'X') && stat->threads <= 1;
}

/* How a zombie ended is told to its own user and to root. */
static bool may_see_status(pid_t pid)
{
	char path[32];
	struct stat status;

	snprintf(path, sizeof(path), "/proc/%d", pid);
	return geteuid() == 0 || (stat(path, &status) == 0 && status.st_uid == geteuid());
}

static bool is_before_boot(const struct region_header *header)
{
	uint64_t id[2];

	process_boot_id(id);
	return (id[0] | id[1]) && (header->boot_id[0] | header->boot_id[1]) &&
	       (id[0] != header->boot_id[0] || id[1] != header->boot_id[1]);
}

/* The lines of the kernel's log that tell of ends, read once. */
static struct kernel_log {
	bool is_read;
	struct ending_line *lines;
	size_t count;
} kernel_log;

static void keep_line(const struct ending_line *line)
{
	struct ending_line *lines = realloc(kernel_log.lines, (kernel_log.count + 1) * sizeof(*lines));

	if (!lines)
		return;
	kernel_log.lines = lines;
	lines[kernel_log.count++] = *line;
}

static void read_kernel_log(void)
{
	int log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct ending_line line;
	char record[8192];
	ssize_t bytes;

	kernel_log.is_read = true;
	if (log < 0)
		return;
	while ((bytes = read(log, record, sizeof(record) - 1)) > 0 || (bytes < 0 && errno == EPIPE)) {
		record[bytes > 0 ? bytes : 0] = '\0'; /* EPIPE: some were overwritten meanwhile */
		if (ending_parse_kernel_line(record, &line))
			keep_line(&line);
	}
	close(log);
}

/* The kernel names the thread that made a fault. */
static bool is_thread_of(const struct region_file *file, pid_t id)
{
	uint32_t used = atomic_load_explicit(&file->region->threads.used, memory_order_relaxed);
	struct region_layout layout;
	const char *record;

	if (!region_layout_exists(file->bytes, file->region->header.depth))
		return false;
	layout = region_layout_of(file->bytes, file->region->header.depth);
	record = (const char *)file->region + layout.records_begin;
	for (uint32_t i = 0; i < used && i < layout.threads.limit; i++, record += layout.threads.stride_bytes)
		if (atomic_load_explicit(&((const struct thread *)record)->tid, memory_order_relaxed) == (uint32_t)id)
			return true;
	return false;
}

/* The log's clock is never corrected, the monotonic one always. */
static int64_t log_time_us(uint64_t monotonic_ns)
{
	enum { APART_US = 2000000, APART_PART = 2000 /* of all the time that passed */ };
	int64_t time_us = (int64_t)(monotonic_ns / 1000);

	return time_us - time_us / APART_PART - APART_US;
}

static const char *find_in_kernel_log(const struct region_file *file)
{
	const struct region_header *header = &file->region->header;
	int64_t begin_us = log_time_us(header->started.monotonic_ns);

	if (header->pid_namespace != INITIAL_PID_NAMESPACE)
		return NULL;
	if (!kernel_log.is_read)
		read_kernel_log();
	for (size_t i = 0; i < kernel_log.count; i++) {
		const struct ending_line *line = &kernel_log.lines[i];

		if (line->time_us >= begin_us && (line->id == header->pid || is_thread_of(file, line->id)))
			return line->words;
	}
	return NULL;
}

static int core_signal(const char *path)
{
	char number[16];
	ssize_t bytes = lgetxattr(path, "user.coredump.signal", number, sizeof(number) - 1);

	number[bytes > 0 ? bytes : 0] = '\0';
	return atoi(number);
}

/* out_path: "" if there is none. */
static void find_core(const struct region_place *place, const struct region_header *header, char *out_path,
		      size_t bytes)
{
	static const char directory[] = "/var/lib/systemd/coredump";
	DIR *stream = opendir(directory);
	const struct dirent *entry;
	struct stat status;

	out_path[0] = '\0';
	if (!stream)
		return;
	if (fstatat((int)place->directory, place->name, &status, AT_SYMLINK_NOFOLLOW) != 0)
		status.st_uid = geteuid();
	while ((entry = readdir(stream)))
		if (ending_is_core_name(entry->d_name, status.st_uid, header->boot_id, header->pid))
			snprintf(out_path, bytes, "%s/%s", directory, entry->d_name);
	closedir(stream);
}

/* Of one that is dead. */
static void find_words(const struct region_place *place, const struct region_file *file, struct ending_clues *clues,
		       struct ending *ending)
{
	const struct region_header *header = &file->region->header;
	char core[PATH_MAX] = "";

	clues->signs = atomic_load_explicit(&header->signs, memory_order_relaxed);
	clues->dump_error = (int)atomic_load_explicit(&header->dump_error, memory_order_relaxed);
	clues->is_closed = ending->has_written;
	if (!clues->is_before_boot) {
		clues->kernel = find_in_kernel_log(file);
		find_core(place, header, core, sizeof(core));
	}
	if (core[0]) {
		clues->core = core;
		clues->core_signal = core_signal(core);
	}
	ending_tell(clues, ending->words, sizeof(ending->words));
}

static bool is_of_other_namespace(const struct region_header *header)
{
	uint64_t own = process_pid_namespace();

	return own && header->pid_namespace && own != header->pid_namespace;
}

static enum ending_life find_life(const struct region_header *header, enum holder holder, struct ending_clues *clues)
{
	bool is_closed = atomic_load_explicit(&header->closed, memory_order_relaxed) != 0;
	struct process_stat stat;

	if (is_before_boot(header)) {
		clues->is_before_boot = true;
		return ENDING_DEAD;
	}
	if (is_of_other_namespace(header))
		return holder == HOLDER_NOBODY ? ENDING_DEAD : ENDING_ELSEWHERE;
	if (!find_process(header->pid, header->process_start, &stat))
		return ENDING_DEAD;
	if (is_zombie(&stat)) {
		clues->has_status = may_see_status(header->pid);
		clues->status = (int)stat.exit_code;
		return ENDING_DEAD;
	}
	clues->is_other_program = holder == HOLDER_NOBODY || (holder == HOLDER_NOT_KNOWN && is_closed);
	return clues->is_other_program ? ENDING_DEAD : ENDING_ALIVE;
}

void ending_find(const struct region_place *place, const struct region_file *file, struct ending *out_ending)
{
	const struct region_header *header = &file->region->header;
	struct ending_clues clues = {0};
	struct ending ending = {
		.life = find_life(header, find_holder(place, O_NOFOLLOW), &clues),
		.has_written = atomic_load_explicit(&header->closed, memory_order_relaxed) != 0,
	};

	if (ending.life == ENDING_DEAD)
		find_words(place, file, &clues, &ending);
	*out_ending = ending;
}

bool ending_is_stillborn(const struct region_place *place)
{
	struct region_name name;
	struct process_stat stat;

	if (!region_name_parse(path_base(place->name), &name) || find_holder(place, O_NOFOLLOW) != HOLDER_NOBODY)
		return false;
	return !find_process(name.pid, name.process_start, &stat) || is_zombie(&stat);
}
