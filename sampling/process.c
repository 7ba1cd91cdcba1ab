/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "kernel.h"
#include "process.h"

/* At most `bytes` of a small file of /proc; 0 if it cannot be read. */
static size_t read_proc(const char *path, char *buffer, size_t bytes)
{
	long file = KERNEL_CALL(openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	long length;

	if (file < 0)
		return 0;
	length = KERNEL_CALL(read, file, buffer, bytes);
	KERNEL_CALL(close, file);
	return length > 0 ? (size_t)length : 0;
}

/* A program can be started as an argument of the loader. For the kernel the loader is the program then, which itself needs no
 * loader; and the loader writes over what it was called with. Returns how long the path is. */
static long process_loaded_program(char *out_path, size_t bytes)
{
	char link[sizeof(KERNEL_DESCRIPTOR_FOLDER) + 10];
	long file, length;

	if (getauxval(AT_BASE) != 0)
		return 0;
	file = KERNEL_CALL(openat, AT_FDCWD, getauxval(AT_EXECFN), O_PATH | O_CLOEXEC);
	if (file < 0)
		return 0;
	snprintf(link, sizeof(link), KERNEL_DESCRIPTOR_FOLDER "%d", (int)file);
	length = KERNEL_CALL(readlinkat, AT_FDCWD, link, out_path, bytes - 1);
	KERNEL_CALL(close, file);
	return length;
}

void process_program(char *out_path, size_t bytes)
{
	const char *called = (const char *)getauxval(AT_EXECFN);
	long length = process_loaded_program(out_path, bytes);

	if (length <= 0)
		length = KERNEL_CALL(readlinkat, AT_FDCWD, "/proc/self/exe", out_path, bytes - 1);
	out_path[length > 0 ? length : 0] = '\0';
	if (length <= 0 && called && called[0] == '/')
		snprintf(out_path, bytes, "%s", called);
}

void process_directory(char *out_path, size_t bytes)
{
	if (KERNEL_CALL(getcwd, out_path, bytes) < 0 || out_path[0] != '/') /* "(unreachable)/..." */
		out_path[0] = '\0';
}

/* The number of the word at `text`, which ends at a blank. */
static uint64_t decimal_at(const char *text)
{
	uint64_t number = 0;

	while (*text >= '0' && *text <= '9')
		number = number * 10 + (uint64_t)(*text++ - '0');
	return number;
}

/* The program's name, field 2, may hold anything: fields are counted from the last parenthesis. NULL: so many there are not. */
static const char *stat_field(const char *text, int number)
{
	enum { FIELD_NAME = 2 };
	const char *cursor = strrchr(text, ')');

	for (int field = FIELD_NAME; cursor && field < number; field++)
		cursor = strchr(cursor + 1, ' ');
	return cursor ? cursor + 1 : NULL;
}

bool process_stat_parse(const char *text, struct process_stat *out_stat)
{
	enum { FIELD_STATE = 3, FIELD_THREADS = 20, FIELD_START = 22, FIELD_EXIT_CODE = 52 };
	const char *start = stat_field(text, FIELD_START), *exit_code = stat_field(text, FIELD_EXIT_CODE);

	if (!start)
		return false;
	*out_stat = (struct process_stat){
		.state = *stat_field(text, FIELD_STATE),
		.threads = decimal_at(stat_field(text, FIELD_THREADS)),
		.start_ticks = decimal_at(start),
		.exit_code = exit_code ? decimal_at(exit_code) : 0,
	};
	return true;
}

bool process_stat_read(int pid, struct process_stat *out_stat)
{
	char path[32] = "/proc/self/stat", text[1024];

	if (pid)
		snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	text[read_proc(path, text, sizeof(text) - 1)] = '\0';
	return process_stat_parse(text, out_stat);
}

uint64_t process_start_ticks(void)
{
	struct process_stat stat;

	return process_stat_read(0, &stat) ? stat.start_ticks : 0;
}

/* The kernel has a clock for each process; numbers for them are made as clock_getcpuclockid does. */
uint64_t process_cpu_ns(int pid)
{
	enum { CLOCK_OF_PROCESS = 2 };
	struct timespec time;

	if (KERNEL_CALL(clock_gettime, (long)(int)(~(unsigned)pid << 3 | CLOCK_OF_PROCESS), &time) != 0)
		return 0;
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

uint64_t process_pid_namespace(void)
{
	struct stat status;

	return KERNEL_CALL(newfstatat, AT_FDCWD, "/proc/self/ns/pid", &status, 0) == 0 ? status.st_ino : 0;
}

uint64_t process_file_limit_bytes(void)
{
	struct rlimit limit;

	return KERNEL_CALL(prlimit64, 0, RLIMIT_FSIZE, NULL, &limit) == 0 ? limit.rlim_cur : UINT64_MAX;
}

static int hex_digit(char character)
{
	if (character >= '0' && character <= '9')
		return character - '0';
	if (character >= 'a' && character <= 'f')
		return character - 'a' + 10;
	return -1;
}

void process_boot_id(uint64_t out_id[2])
{
	char text[64];
	size_t length = read_proc("/proc/sys/kernel/random/boot_id", text, sizeof(text));
	unsigned digits = 0;

	out_id[0] = out_id[1] = 0;
	for (size_t i = 0; i < length && digits < 32; i++) {
		int digit = hex_digit(text[i]);

		if (digit >= 0) {
			out_id[digits / 16] = out_id[digits / 16] << 4 | (uint64_t)digit;
			digits++;
		}
	}
}
