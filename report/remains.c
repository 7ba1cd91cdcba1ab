/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "output_name.h"
#include "path.h"
#include "process.h"
#include "remains.h"

/* A field of another process's region need not be terminated. */
static void copy_field(const char *field, char *out_text)
{
	snprintf(out_text, REGION_PATH_BYTES, "%.*s", REGION_PATH_BYTES - 1, field);
}

/* Where its dumps go: -1 if there is no such directory. */
static int open_output_directory(const struct region_header *header)
{
	char pattern[REGION_PATH_BYTES], start[REGION_PATH_BYTES], program[REGION_PATH_BYTES], path[REGION_PATH_BYTES];
	struct utsname host;
	struct output_name name = {.pattern = pattern, .directory = start, .host = host.nodename, .pid = header->pid};
	char *slash;

	copy_field(header->out, pattern);
	copy_field(header->directory, start);
	copy_field(header->program, program);
	name.program = path_base(program);
	if (uname(&host) != 0 || output_name_expand(&name, path, sizeof(path)) != 0)
		return -1;
	slash = strrchr(path, '/');
	if (slash)
		slash[1] = '\0';
	return slash && path[0] == '/' ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
}

static bool is_temporary(int directory, const char *name, const struct region_header *header)
{
	struct stat status;
	int pid, number, length = 0;

	if (sscanf(name, ".contend.%d.%d.tmp%n", &pid, &number, &length) != 2 || !length || name[length] ||
	    pid != header->pid)
		return false;
	return fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(status.st_mode) &&
	       status.st_uid == geteuid() && (status.st_mode & 07777) == 0600 && status.st_nlink == 1;
}

unsigned remains_remove(const struct region_header *header)
{
	struct process_stat stat;
	const struct dirent *entry;
	unsigned removed = 0;
	DIR *stream;
	int directory;

	if (header->pid <= 0 || (process_stat_read(header->pid, &stat) && stat.state != 'Z'))
		return 0;
	directory = open_output_directory(header);
	stream = directory >= 0 ? fdopendir(directory) : NULL;
	if (!stream)
		return 0;
	while ((entry = readdir(stream)))
		if (is_temporary(directory, entry->d_name, header))
			removed += unlinkat(directory, entry->d_name, 0) == 0;
	closedir(stream);
	return removed;
}
