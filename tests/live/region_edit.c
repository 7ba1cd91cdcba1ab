/* SPDX-License-Identifier: MIT
 * flags: -iquote sampling
 */
/* region_edit FILE FIELD VALUE: writes a number into a field of a region's header, as if the process had said so. */
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "region.h"

static const struct {
	const char *name;
	size_t offset, bytes;
} fields[] = {
#define FIELD(name)                                                                                                    \
	{                                                                                                              \
#name, offsetof(struct region_header, name), sizeof(((struct region_header *)0)->name)                 \
	}
	FIELD(magic),         FIELD(version),    FIELD(pid),    FIELD(bytes), FIELD(process_start),
	FIELD(pid_namespace), FIELD(boot_id[0]), FIELD(closed), FIELD(signs), FIELD(dump_error),
#undef FIELD
};

int main(int argc, char **argv)
{
	int file = argc == 4 ? open(argv[1], O_WRONLY) : -1;
	unsigned long value = argc == 4 ? strtoul(argv[3], NULL, 0) : 0;

	if (file < 0)
		return 2;
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (!strcmp(fields[i].name, argv[2]))
			return pwrite(file, &value, fields[i].bytes, (off_t)fields[i].offset) !=
			       (ssize_t)fields[i].bytes;
	return 2;
}
