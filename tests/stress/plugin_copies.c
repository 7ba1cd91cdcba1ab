/* SPDX-License-Identifier: MIT */
#include <sys/stat.h>

#include "plugin_copies.h"
#include "stress.h"

enum { NAME_BYTES = 32 };

void plugin_copies_begin(char *out_directory)
{
	need(getcwd(out_directory, PATH_MAX - NAME_BYTES), "where we are");
	need(mkdtemp(strcat(out_directory, "/plugins.XXXXXX")), "a directory for copies");
}

void plugin_copy_path(const char *directory, const char *name, unsigned number, char *out_path)
{
	snprintf(out_path, PLUGIN_COPY_BYTES, "%s/%s.%u.so", directory, name, number);
}

void plugin_copy(const char *directory, const char *name, unsigned number, char *out_path)
{
	char from[PLUGIN_COPY_BYTES];
	struct stat status;
	int source, copy;

	plugin_copy_path(directory, name, number, out_path);
	snprintf(from, sizeof(from), "%.*s%s.so", (int)(strrchr(stress_program, '/') + 1 - stress_program),
		 stress_program, name);
	source = open(from, O_RDONLY | O_CLOEXEC);
	copy = open(out_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
	need(source >= 0 && copy >= 0 && !fstat(source, &status), "%s to be copied to %s", from, out_path);
	need(unseen_call(SYS_sendfile, copy, source, 0, status.st_size) == status.st_size, "copied");
	close(source);
	close(copy);
}
