/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "heap.h"
#include "new_file.h"
#include "profile_file.h"
#include "tool.h"
#include "tool_output.h"

static int write_stdout(const uint8_t *bytes, size_t count)
{
	if (isatty(STDOUT_FILENO))
		return tool_fail("a profile is not for terminals: redirect it, or name a file");
	if (fwrite(bytes, 1, count, stdout) != count || fflush(stdout) != 0)
		return tool_fail("standard output: %s", strerrordesc_np(errno));
	return TOOL_OK;
}

static int write_file(const char *path, const uint8_t *bytes, size_t count)
{
	int error = 0;

	for (int way = 0; way < NEW_FILE_WAYS; way++) {
		struct new_file file = {0};

		error = new_file_write(way, path, bytes, count, &file);
		if (!error)
			error = new_file_name(&file, path);
		new_file_close(&file);
		if (!error)
			return TOOL_OK;
		if (error == -EEXIST)
			return tool_fail("%s: there is such a file; remove it, or name another with -o", path);
	}
	return tool_fail("%s: %s", path, tool_error_words(error));
}

int tool_output_write(const Perftools__Profiles__Profile *profile, const char *path)
{
	uint8_t *bytes;
	size_t count;
	int error = profile_file_pack(profile, &bytes, &count);
	int status;

	if (error)
		return tool_fail("%s: %s", path, tool_error_words(error));
	status = strcmp(path, "-") == 0 ? write_stdout(bytes, count) : write_file(path, bytes, count);
	heap_free(bytes);
	return status;
}
